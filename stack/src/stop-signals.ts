/** Calls `first` at the first SIGINT or SIGTERM and `second` at each further one. */
export function onStopSignals({ first, second }: { first: () => void; second: () => void }): void {
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals === 1) {
        first();
      } else {
        second();
      }
    });
  }
}
