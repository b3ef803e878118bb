type Step = () => Promise<void>;

/**
 * What must be undone when a stack stops. run() undoes the newest first and may be called at any time and more than once: a
 * later call waits for an earlier one, then undoes what was added meanwhile.
 */
export function createStopSteps() {
  const steps: Step[] = [];
  let tail = Promise.resolve();
  const drain = async () => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      await step();
    }
  };
  return {
    push: (step: Step): void => {
      steps.push(step);
    },
    run: (): Promise<void> => {
      tail = tail.then(drain);
      return tail;
    },
  };
}

export type StopSteps = ReturnType<typeof createStopSteps>;
