/** Waits until `work` may begin, does it, and lets others in. */
export type Pass = <T>(work: () => Promise<T>) => Promise<T>;

/** What the shards of a process pass with their commits. */
export type Gate = {
  /** Beside others. */
  shared: Pass;
  /** With nobody beside: should the process die meanwhile, it died of this, or of something outside. */
  alone: Pass;
};

type Waiting = { alone: boolean; enter: () => void };

/** A gate that lets in who came first, so that nobody waits for ever. Whoever is inside must not ask again. */
export function createGate(): Gate {
  const queue: Waiting[] = [];
  let inside = 0;
  let closed = false;

  function admit(): void {
    for (let next = queue[0]; next && !closed; next = queue[0]) {
      if (next.alone && inside > 0) return;
      queue.shift();
      inside += 1;
      closed = next.alone;
      next.enter();
    }
  }

  async function pass<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      queue.push({ alone, enter });
      admit();
    });
    try {
      return await work();
    } finally {
      inside -= 1;
      closed = false;
      admit();
    }
  }

  return {
    shared: (work) => pass(false, work),
    alone: (work) => pass(true, work),
  };
}
