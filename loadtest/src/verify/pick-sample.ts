/** Up to `count` of the items, each at most once, at random; `random` is from 0 up to but not including 1. */
export function pickSample<T>(items: readonly T[], count: number, random = Math.random): T[] {
  const pool = [...items];
  const picked: T[] = [];
  while (picked.length < count && pool.length > 0) {
    const at = Math.floor(random() * pool.length);
    picked.push(...pool.splice(at, 1));
  }
  return picked;
}
