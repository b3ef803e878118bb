import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, raised } from './faults.ts';

const NAME = 'a disk that fills up';
const SQLSTATE = '53100';
const SIZE_MIB = 2;
const SIZE_MIB_AFTER = 512;

/** The small file system, while it is mounted. */
let folder: string | null = null;
/** Where none may be mounted the statement fails with the same code. */
const pretended = raised(NAME, SQLSTATE);

/** A disk that is really full: a small file system in memory that the entries are moved to, and that grows afterwards. */
export const fullDisk: Fault = {
  name: NAME,
  sqlstate: SQLSTATE,
  async inject(tools) {
    folder = mount();
    if (folder === null) return pretended.inject(tools);
    const { client } = tools;
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    const { uid, gid } = statSync(rows[0]?.data_directory ?? '');
    chownSync(folder, uid, gid);
    await client.query(`create tablespace small location '${folder}'`);
    await client.query('alter table entries set tablespace small');
  },
  async lift(tools) {
    if (folder === null) return pretended.lift(tools);
    execFileSync('mount', ['-o', `remount,size=${SIZE_MIB_AFTER}m`, folder]);
  },
  async clean({ client }) {
    if (folder === null) return;
    await client.query('alter table entries set tablespace pg_default');
    await client.query('drop tablespace small');
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  },
};

function mount(): string | null {
  const place = mkdtempSync(join(tmpdir(), 'razao-full-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'razao', place], {
      stdio: 'ignore',
    });
    return place;
  } catch {
    rmdirSync(place);
    return null;
  }
}
