import { expect, test } from 'vitest';
import { postgresFaults } from './postgres-guard.ts';

const FSYNC = 'Postgres would lose commits: fsync is not on';
const COMMIT = 'Postgres would lose commits: synchronous_commit is not on';

test.each([
  ['on', 'on', []],
  ['on', 'remote_apply', []],
  ['off', 'on', [FSYNC]],
  ['on', 'off', [COMMIT]],
  ['on', 'local', [COMMIT]],
  ['on', 'remote_write', [COMMIT]],
  ['off', 'off', [FSYNC, COMMIT]],
])(
  'invariant 1: fsync %s and synchronous_commit %s give the faults %j',
  async (fsync, commit, faults) => {
    expect(
      await postgresFaults(answering([{ fsync, synchronous_commit: commit }]), 'checked'),
    ).toEqual(faults);
  },
);

test('invariant 1: the session says nothing of statements that set their own', async () => {
  for (const [fsync, faults] of [
    ['on', []],
    ['off', [FSYNC]],
  ] as const) {
    const session = answering([{ fsync, synchronous_commit: 'off' }]);
    expect(await postgresFaults(session, 'checked', { byStatement: true })).toEqual(faults);
  }
});

test('invariant 1: an answer without rows is no proof', async () => {
  expect(await postgresFaults(answering([]), 'checked')).toEqual([FSYNC, COMMIT]);
});

test.each(['relaxed', 'asserted'] as const)(
  'with DURABILITY=%s nothing is asked',
  async (durability) => {
    expect(await postgresFaults(answering('nothing'), durability)).toEqual([]);
  },
);

/** A session that answers with these rows, or fails the test when it is asked at all. */
function answering(rows: Record<string, string>[] | 'nothing') {
  const query = async () => {
    if (rows === 'nothing') throw new Error('it was asked');
    return { rows };
  };
  return { query } as never;
}
