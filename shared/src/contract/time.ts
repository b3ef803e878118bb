/** RFC 3339 with an offset, at most nine digits of a second. */
const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch as RFC 3339 in UTC with microseconds. */
export function instantText(epochMs: number): string {
  if (epochMs !== lastMs) {
    lastMs = epochMs;
    lastText = `${new Date(epochMs).toISOString().slice(0, -1)}000Z`;
  }
  return lastText;
}

// Under load many commands are accepted within one millisecond.
let lastMs = Number.NaN;
let lastText = '';

/**
 * Reads an RFC 3339 instant and writes it in UTC to the microsecond (`2026-01-02T03:04:05.678901Z`); digits beyond are
 * cut. Null where the text is no instant, or one outside the years 0001 to 9999.
 */
export function normalizeInstant(text: string): string | null {
  const match = RFC3339.exec(text);
  if (!match) return null;
  const [, date = '', time = '', fraction = '', offset = ''] = match;
  const shift = offset.toUpperCase() === 'Z' ? 0 : offsetMs(offset);
  // Date.parse accepts 30 February as 2 March: what comes back must be what went in.
  const local = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(local) || shift === null) return null;
  if (new Date(local).toISOString() !== `${date}T${time}.000Z`) return null;
  const utc = new Date(local - shift);
  const year = utc.getUTCFullYear();
  if (year < 1 || year > 9999) return null;
  return `${utc.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

/** Whether a value is an instant as every record of ours has it: in UTC, to the microsecond. */
export function isInstant(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value !== lastInstant && normalizeInstant(value) !== value) return false;
  lastInstant = value;
  return true;
}

// As above: the commands of a chunk have few instants among them.
let lastInstant: string | undefined;

/**
 * Microseconds since the epoch of an instant as every record of ours has it; NaN before 1970 and from 2255 on, where they do not
 * fit into a number.
 */
export function instantMicros(text: string): number {
  const second = text.slice(0, 19);
  if (second !== lastSecond) {
    lastSecond = second;
    lastSecondMicros = Date.parse(`${second}Z`) * 1_000;
  }
  const micros = lastSecondMicros + Number(text.slice(20, 26));
  return micros >= 0 && micros <= Number.MAX_SAFE_INTEGER ? micros : Number.NaN;
}

/** The instant again; null where it is none. */
export function instantOfMicros(micros: number): string | null {
  if (!(micros >= 0 && micros <= Number.MAX_SAFE_INTEGER)) return null;
  const second = micros - (micros % SECOND_MICROS);
  if (second !== lastSecondMicros) {
    lastSecondMicros = second;
    lastSecond = new Date(second / 1_000).toISOString().slice(0, 19);
  }
  return `${lastSecond}.${String(SECOND_MICROS + (micros - second)).slice(1)}Z`;
}

const SECOND_MICROS = 1_000_000;
// As above: what is read and written has few seconds among it.
let lastSecond = '';
let lastSecondMicros = Number.NaN;

function offsetMs(offset: string): number | null {
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (offset[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
