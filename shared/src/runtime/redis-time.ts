/** What TIME answers (seconds, and microseconds of the next one), in whole milliseconds. */
export function toMilliseconds(time: unknown): number {
  const [seconds = 0, micros = 0] = (time as unknown[]).map(Number);
  return seconds * 1_000 + Math.floor(micros / 1_000);
}
