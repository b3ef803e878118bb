// Preloaded by a process whose clock is to be wrong, where there is no libfaketime.
const ms = Number(process.env.SHIFT_CLOCK_MS ?? 0);
const RightDate = Date;

class ShiftedDate extends RightDate {
  constructor(...given) {
    if (given.length === 0) super(RightDate.now() + ms);
    else super(...given);
  }

  static now() {
    return RightDate.now() + ms;
  }
}

globalThis.Date = ShiftedDate;
