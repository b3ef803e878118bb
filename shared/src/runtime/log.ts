import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The process's logger: JSON lines on stdout. Keys, bodies and credentials never go into a line. */
export function createLog(name: string, level: string): Logger {
  return pino({
    name,
    level,
    base: { name, pid: process.pid },
    redact: ['authorization', 'headers', 'body', 'key'],
    formatters: { level: (label) => ({ level: label }) },
  });
}
