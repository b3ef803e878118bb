import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The places at which a test can make a process die; what must hold after each is in `e2e/kill-points.e2e.test.ts`. */
export type KillPoint =
  | 'after-admit'
  | 'after-add'
  | 'before-apply'
  | 'before-commit'
  | 'after-commit'
  | 'between-publications'
  | 'before-complete';

const FOLDER = process.env['RAZAO_KILL_POINTS'];

/**
 * For tests, and nothing anywhere else: where the folder RAZAO_KILL_POINTS holds a file named like the point, the process
 * dies here as by `kill -9`. The file says how: `once` (the file goes first), `always <text>` (each time `detail` contains
 * the text), or `spin <text>` (as `always`, but it loops for ever instead of dying).
 */
export function killPoint(point: KillPoint, detail: () => string = () => ''): void {
  if (FOLDER === undefined) return;
  const file = join(FOLDER, point);
  const [how, text = ''] = read(file).split(' ');
  if (how === 'once') {
    rmSync(file);
    die();
  }
  if (how === 'always' && detail().includes(text)) die();
  while (how === 'spin' && detail().includes(text));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Nothing runs after this, not even what is queued already. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}
