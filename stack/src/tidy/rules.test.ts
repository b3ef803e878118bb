import { expect, test } from 'vitest';
import { architectureFaults, environmentFaults, sizeFaults } from './shape-rules.ts';
import {
  constructorFaults,
  headingFaults,
  markerFaults,
  mockFaults,
  unusedSqlFaults,
  writeSqlFaults,
} from './text-rules.ts';

// Every rule of tidy.test.ts must be able to fail: each gets a good and a bad file here.
const file = (path: string, text: string) => ({ path, text });
const note = ['TO', 'DO'].join('');

test('a note to self is found with its line', () => {
  expect(markerFaults([file('a.ts', `x;\n// ${note}: later`)])).toHaveLength(1);
  expect(markerFaults([file('a.ts', 'const todos = 1;')])).toEqual([]);
});

test('a document has exactly one title, and a comment in a code block is none', () => {
  expect(headingFaults([file('A.md', '# A\n\n```sh\n# not a title\n```\n')])).toEqual([]);
  expect(headingFaults([file('A.md', '# A\n\n# B\n')])).toHaveLength(1);
  expect(headingFaults([file('A.md', '## A\n')])).toHaveLength(1);
});

test('a mocked module is found', () => {
  const call = ['vi', "mock('pg')"].join('.');
  expect(mockFaults([file('a.test.ts', call)])).toHaveLength(1);
  expect(mockFaults([file('a.test.ts', 'vi.useFakeTimers()')])).toEqual([]);
});

test('text that writes to the database is found outside sql/ and tests, comments aside', () => {
  const insert = 'const q = `insert into ledgers values ($1)`;';
  expect(writeSqlFaults([file('api/src/a.ts', insert)])).toHaveLength(1);
  expect(writeSqlFaults([file('api/src/a.ts', 'q(`UPDATE balances SET x = 1`)')])).toHaveLength(1);
  expect(writeSqlFaults([file('api/src/a.ts', '// insert into is not for us')])).toEqual([]);
  expect(writeSqlFaults([file('api/src/a.test.ts', insert)])).toEqual([]);
  expect(writeSqlFaults([file('sql/src/a.ts', insert)])).toEqual([]);
});

test('a command that nothing names is found', () => {
  const command = file('sql/commands/put_ledger.sql', 'insert');
  expect(unusedSqlFaults([command, file('a.ts', "loadCommand('put_ledger')")])).toEqual([]);
  expect(unusedSqlFaults([command, file('a.ts', "loadCommand('put_ledgers')")])).toHaveLength(1);
});

test('a connection made outside the named files is found', () => {
  const allowed = { Pool: ['api/src/pool.ts'] };
  const make = 'const pool = new pg.Pool({});';
  expect(constructorFaults([file('api/src/pool.ts', make)], allowed)).toEqual([]);
  expect(constructorFaults([file('api/src/main.ts', make)], allowed)).toHaveLength(1);
  expect(constructorFaults([file('a.ts', 'new Pool<Row>({})')], allowed)).toHaveLength(1);
  expect(constructorFaults([file('api/src/a.test.ts', make)], allowed)).toEqual([]);
});

test('a long file and a long median are found', () => {
  const long = 'x\n'.repeat(301);
  expect(sizeFaults([file('a.ts', long), file('b.ts', 'x'), file('c.ts', 'x')])).toHaveLength(1);
  expect(sizeFaults([file('a.ts', 'x\n'.repeat(101))])).toHaveLength(1);
  expect(sizeFaults([file('a.ts', 'x'), file('a.test.ts', long)])).toEqual([]);
});

test('ARCHITECTURE.md names only what exists, is short and linked', () => {
  const readme = file('README.md', '[how](ARCHITECTURE.md)');
  const named = file('ARCHITECTURE.md', 'see `api/src/gone.ts`, `/v1/ledgers` and `a.b`');
  expect(architectureFaults([readme, named], () => true)).toEqual([]);
  expect(architectureFaults([readme, named], () => false)).toEqual([
    'ARCHITECTURE.md names api/src/gone.ts, which does not exist',
  ]);
  expect(architectureFaults([named], () => true)).toHaveLength(1);
  expect(architectureFaults([readme])).toEqual(['ARCHITECTURE.md is missing']);
  const long = file('ARCHITECTURE.md', 'x\n'.repeat(300));
  expect(architectureFaults([readme, long], () => true)).toHaveLength(1);
});

test('a variable that .env.example lacks is found, however it is read', () => {
  const example = 'PORT=3000\n# SHARDS=4\n';
  const faults = (text: string) => environmentFaults([file('api/src/config.ts', text)], example);
  expect(faults('z.object({ PORT: port, SHARDS: z.number() })')).toEqual([]);
  expect(faults('z.object({\n  HOST: z.string(),\n})')).toHaveLength(1);
  expect(faults("process.env['HOST'] ?? env.LOG_LEVEL")).toHaveLength(2);
  expect(faults("whole(env, 'APIS', 1)")).toHaveLength(1);
  expect(environmentFaults([file('api/src/app.ts', 'HOST: 1')], example)).toEqual([]);
});
