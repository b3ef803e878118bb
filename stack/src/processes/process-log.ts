import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const LOG_SIZE_MAX = 50 * 1024 * 1024;

/** Opens a log for appending; one that has grown large is first moved to `<name>.old`. */
export function openLog(file: string): WriteStream {
  mkdirSync(dirname(file), { recursive: true });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_SIZE_MAX) {
    renameSync(file, `${file}.old`);
  }
  const log = createWriteStream(file, { flags: 'a' });
  // A full disk must not stop the processes whose output this is.
  log.on('error', () => {});
  return log;
}

/** Copies every line of a process's output to its log and to `onLine`. */
export function copyLines(output: Readable, log: WriteStream, onLine: (line: string) => void) {
  createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
    log.write(`${line}\n`);
    onLine(line);
  });
}
