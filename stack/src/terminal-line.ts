const WARN = 40;
const LABELS: [number, string][] = [
  [60, 'FATAL'],
  [50, 'ERROR'],
  [40, 'WARN'],
  [30, 'INFO'],
  [0, 'DEBUG'],
];

/**
 * A log line of a process as the terminal shows it, or null when it is not worth the user's eye: below a warning, unless
 * `verbose`. What is not JSON (a crash) is always shown.
 */
export function terminalLine(name: string, line: string, verbose: boolean): string | null {
  const entry = parse(line);
  if (entry === null) {
    return line.trim() === '' ? null : `${name.padEnd(9)} ${line}`;
  }
  if (entry.level < WARN && !verbose) {
    return null;
  }
  const label = LABELS.find(([level]) => entry.level >= level)?.[1] ?? '';
  const { level, time, pid, hostname, name: logger, msg, err, ...rest } = entry;
  const fault = err?.message ? ` (${err.message})` : '';
  const fields = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return `${name.padEnd(9)} ${label.padEnd(5)} ${msg ?? ''}${fault}${fields}`;
}

type Entry = { level: number; msg?: string; err?: { message?: string } } & Record<string, unknown>;

function parse(line: string): Entry | null {
  try {
    const value = JSON.parse(line);
    return typeof value?.level === 'number' ? value : null;
  } catch {
    return null;
  }
}
