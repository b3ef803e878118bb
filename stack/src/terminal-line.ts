const LEVELS: Record<string, number> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};

/**
 * A log line of a process as the terminal shows it, or null when it is not worth the user's eye: below a warning, unless
 * `verbose`. What is not JSON (a crash) is always shown.
 */
export function terminalLine(name: string, line: string, verbose: boolean): string | null {
  const entry = parse(line);
  if (entry === null) {
    return line.trim() === '' ? null : `${name.padEnd(9)} ${line}`;
  }
  const { level, time, pid, hostname, name: logger, msg, err, ...rest } = entry;
  if ((LEVELS[level] ?? 0) < (LEVELS['warn'] ?? 0) && !verbose) {
    return null;
  }
  const fault = err?.message ? ` (${err.message})` : '';
  const fields = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return `${name.padEnd(9)} ${level.toUpperCase().padEnd(5)} ${msg ?? ''}${fault}${fields}`;
}

type Entry = { level: string; msg?: string; err?: { message?: string } } & Record<string, unknown>;

function parse(line: string): Entry | null {
  try {
    const value = JSON.parse(line);
    return typeof value?.level === 'string' ? value : null;
  } catch {
    return null;
  }
}
