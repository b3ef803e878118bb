/** Spaces out what costs the same however little it carries, while there is much to carry. */
export type Throttle = {
  began(commands: number): void;
  /** Milliseconds until the next turn may begin. */
  left(): number;
  next(): Promise<void>;
  /** Ends the wait for the next turn, if one is under way, with this turn of the event loop. */
  hurry(): void;
};

/**
 * After a turn that carried `busy` commands or more, the next begins no sooner than `intervalMs` after that one began: so it
 * carries more. After a smaller one nothing is waited for: who is alone is served at once. A turn that took longer than the
 * interval is followed at once.
 */
export function createThrottle(
  { busy, intervalMs }: { busy: number; intervalMs: number },
  now: () => number = () => performance.now(),
): Throttle {
  let earliest = Number.NEGATIVE_INFINITY;
  let hurry = () => {};
  const left = () => Math.max(0, earliest - now());
  return {
    began(commands) {
      if (commands >= busy) earliest = now() + intervalMs;
    },
    left,
    async next() {
      const ms = left();
      if (ms === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        hurry = () => {
          // Once is enough: the intake hurries with every command that comes.
          hurry = () => {};
          clearTimeout(timer);
          setImmediate(resolve);
        };
      });
    },
    hurry: () => hurry(),
  };
}
