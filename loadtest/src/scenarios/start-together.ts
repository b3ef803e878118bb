/** A point at which so many wait for each other: what it returns resolves once it was called by all. */
export function startTogether(count: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let missing = count;
  return () => {
    missing -= 1;
    if (missing === 0) all.resolve();
    return all.promise;
  };
}
