/** Calls `first` at the first SIGINT or SIGTERM and `second` at each further one; nothing else ends the process early. */
export function onStopSignals({ first, second }: { first: () => void; second: () => void }): void {
  let signals = 0;
  // A reader that went away (`npm start | head`) must not end us before everything is stopped.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
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
