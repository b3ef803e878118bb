/** Through it goes whatever the clients do; it can be shut while none of them is under way. */
export type Gate = {
  /** Does something once the gate is open. */
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Lets nobody in any more, and resolves when nobody is inside. */
  shut(): Promise<void>;
  open(): void;
};

export function createGate(): Gate {
  let inside = 0;
  let shut = false;
  const wake: (() => void)[] = [];
  const change = () => {
    for (const one of wake.splice(0)) one();
  };
  const changed = () =>
    new Promise<void>((resolve) => {
      wake.push(resolve);
    });
  return {
    async pass(work) {
      while (shut) await changed();
      inside += 1;
      try {
        return await work();
      } finally {
        inside -= 1;
        change();
      }
    },
    async shut() {
      shut = true;
      while (inside > 0) await changed();
    },
    open() {
      shut = false;
      change();
    },
  };
}
