/** What was sent within the last `ms`, the last `max` of it: it need not be sent again yet. */
export type SentLately = { has(key: string): boolean; add(key: string): void };

export function createSentLately(ms: number, max: number, now: () => number): SentLately {
  // In the order of sending, so that what is old stands in front.
  const sent = new Map<string, number>();
  function forgetOld(): void {
    const since = now() - ms;
    for (const [key, at] of sent) {
      if (at > since && sent.size <= max) return;
      sent.delete(key);
    }
  }
  return {
    has(key) {
      forgetOld();
      return sent.has(key);
    },
    add(key) {
      sent.delete(key);
      sent.set(key, now());
      forgetOld();
    },
  };
}
