/** How many things came before one that is older. `accepted` and `came` hold the same ids; the first is oldest first. */
export function countInversions(accepted: readonly string[], came: readonly string[]): number {
  const age = new Map(accepted.map((id, index) => [id, index]));
  let oldestLeft = Number.POSITIVE_INFINITY;
  let inversions = 0;
  for (const id of came.toReversed()) {
    const index = age.get(id) ?? -1;
    if (index > oldestLeft) inversions += 1;
    oldestLeft = Math.min(oldestLeft, index);
  }
  return inversions;
}
