import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './stack/src/paths.ts';
import { repositoryFiles } from './stack/src/tidy/files.ts';
import { lintSeeded } from './stack/src/tidy/seeded-lint.ts';
import { architectureFaults, environmentFaults, sizeFaults } from './stack/src/tidy/shape-rules.ts';
import {
  constructorFaults,
  headingFaults,
  markerFaults,
  mockFaults,
  unusedSqlFaults,
  writeSqlFaults,
} from './stack/src/tidy/text-rules.ts';

// Rules that no linter knows. Each is a function with tests of its own in stack/src/tidy/rules.test.ts.
const files = repositoryFiles();

/** Files that may open connections; everything else is handed one. */
const CONSTRUCTORS = {
  Pool: ['api/src/database.ts'],
  Redis: ['shared/src/runtime/redis.ts'],
  Queue: ['shared/src/queue/chunk-queue.ts'],
  Worker: [
    'loadtest/src/experiments/chunks/drain-by-stock-worker.ts',
    'shared/src/queue/manual-worker.ts',
  ],
  Client: [
    'sql/src/migrate.ts',
    'sql/src/brief-session.ts',
    'stack/src/services/with-postgres.ts',
    'worker/src/leadership/lock-session.ts',
    'worker/src/expiry/hold-session.ts',
    'worker/src/installation/with-stores.ts',
    'worker/src/leadership/membership.ts',
  ],
};

test('nobody left a note to self', () => {
  expect(markerFaults(files)).toEqual([]);
});

test('every document has one title', () => {
  expect(headingFaults(files)).toEqual([]);
});

test('no test mocks a module', () => {
  expect(mockFaults(files)).toEqual([]);
});

test('only sql/ holds text that writes to the database', () => {
  expect(writeSqlFaults(files)).toEqual([]);
});

test('every command in sql/commands/ is named by a program', () => {
  expect(unusedSqlFaults(files)).toEqual([]);
});

test('only the named files open connections', () => {
  expect(constructorFaults(files, CONSTRUCTORS)).toEqual([]);
});

test('every file that may open connections exists', () => {
  const named = Object.values(CONSTRUCTORS).flat();
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('source files are small', () => {
  expect(sizeFaults(files)).toEqual([]);
});

test('ARCHITECTURE.md is short, linked, and names only what exists', () => {
  expect(architectureFaults(files)).toEqual([]);
});

test('.env.example explains every variable that a program reads', () => {
  const path = join(ROOT, '.env.example');
  const example = existsSync(path) ? readFileSync(path, 'utf8') : '';
  expect(environmentFaults(files, example)).toEqual([]);
});

test('the linter finds every mistake that is seeded for it', async () => {
  const seeded = readFileSync(join(ROOT, 'stack/fixtures/seeded-mistakes.ts.txt'), 'utf8');
  const importing = (path: string) => `import { x } from '${path}';\nexport const y = x;\n`;
  const found = await lintSeeded({
    'seeded.ts': seeded,
    'api/src/a.ts': importing('@razao/stack/ports.ts'),
    'api/src/c.ts': importing('@razao/sql/migrate.ts'),
    'api/src/d.ts': importing('@razao/sql/load.ts'),
    'api/src/b.ts': importing('../../worker/src/config.ts'),
    'worker/src/a.ts': importing('../../api/src/app.ts'),
    'shared/src/contract/a.ts': importing('node:fs'),
    'shared/src/contract/b.ts': importing('../runtime/log.ts'),
    'ledger/src/a.ts': importing('node:crypto'),
    'ledger/src/b.ts': importing('@razao/shared/runtime/keys.ts'),
    'ledger/src/c.ts': `export const x = Buffer.alloc(1);\n`,
    'ledger/src/d.ts': importing('../model/rules.ts'),
    'ledger/src/e.ts': `${importing('@razao/shared/contract/grammar.ts')}${importing('./a.ts')}`,
    'ledger/model/a.ts': importing('ioredis'),
    'shared/src/runtime/a.ts': importing('../../../worker/src/config.ts'),
    'api/src/badName.ts': 'export default 1;\n',
  });
  expect(found).toEqual(
    expect.arrayContaining([
      'seeded.ts noFloatingPromises',
      'seeded.ts noMisusedPromises',
      'seeded.ts useExhaustiveSwitchCases',
      'seeded.ts noProcessEnv',
      'seeded.ts noConsole',
      'api/src/a.ts noRestrictedImports',
      'api/src/b.ts noRestrictedImports',
      'api/src/c.ts noRestrictedImports',
      'worker/src/a.ts noRestrictedImports',
      'shared/src/contract/a.ts noRestrictedImports',
      'shared/src/contract/b.ts noRestrictedImports',
      'ledger/src/a.ts noRestrictedImports',
      'ledger/src/b.ts noRestrictedImports',
      'ledger/src/c.ts noRestrictedGlobals',
      'ledger/src/d.ts noRestrictedImports',
      'ledger/model/a.ts noRestrictedImports',
      'shared/src/runtime/a.ts noRestrictedImports',
      'api/src/badName.ts useFilenamingConvention',
      'api/src/badName.ts noDefaultExport',
    ]),
  );
  for (const path of ['api/src/d.ts', 'ledger/src/e.ts'])
    expect(found).not.toContain(`${path} noRestrictedImports`);
  const twice = found.filter((finding) => finding === 'seeded.ts noMisusedPromises');
  expect(twice).toHaveLength(2);
});
