/** Prints progress lines with the seconds since the start, so that a wait has a face. */
export function createSay(out: (text: string) => void = (text) => console.log(text)) {
  const startedAt = performance.now();
  return (line: string): void => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    out(`${seconds.padStart(6)} s  ${line}`);
  };
}
