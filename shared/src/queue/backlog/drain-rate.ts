import { DRAIN_RATE_MS } from '../../contract/limits.ts';

/** How fast a committer posts while it has more to do than it has in hand. */
export type DrainRate = {
  /**
   * So many commands are done, and whether more wait. Answers commands per second about once a second while they do; null at all
   * other times: how fast it is with little to do says nothing.
   */
  done(commands: number, more: boolean): number | null;
};

export function createDrainRate(now: () => number = () => performance.now()): DrainRate {
  let since = 0;
  let busy = false;
  let commands = 0;
  let ms = 0;
  let last: number | null = null;

  /** One commit that took long is no new pace. */
  function tell(): number {
    const rate = (commands * 1_000) / ms;
    last = last === null ? rate : (last + rate) / 2;
    forget();
    return last;
  }

  function forget(): void {
    commands = 0;
    ms = 0;
  }

  return {
    done(count, more) {
      const at = now();
      if (busy) {
        commands += count;
        ms += at - since;
      }
      since = at;
      busy = more;
      if (ms >= DRAIN_RATE_MS) return tell();
      if (!more) {
        forget();
        last = null;
      }
      return null;
    },
  };
}
