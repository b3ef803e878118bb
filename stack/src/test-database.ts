import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@razao/sql/migrate.ts';
import { ROOT } from './paths.ts';
import {
  createDatabase,
  dropDatabase,
  withDatabase,
  withPostgres,
} from './services/with-postgres.ts';

/** Any number of ours: test processes that want the template at once take turns. */
const ADVISORY_KEY = 7_240_002;

export type TestDatabase = { url: string; drop(): Promise<void> };

/**
 * A database of its own for one test file: a copy of a migrated template, which is made once per state of
 * sql/migrations. Needs the server that `npm test` starts.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = testServerUrl();
  const template = await ensureTemplate(server);
  const name = `razao_test_${randomBytes(6).toString('hex')}`;
  const url = await createDatabase(server, name, template);
  return { url, drop: () => dropDatabase(server, name) };
}

/** The test Postgres's own database, from which others are created. */
function testServerUrl(): string {
  const url = process.env['RAZAO_TEST_DATABASE_URL'];
  if (!url) {
    throw new Error(
      'RAZAO_TEST_DATABASE_URL is not set: run the tests with npm test -- integration',
    );
  }
  return url;
}

async function ensureTemplate(server: string): Promise<string> {
  const name = `razao_template_${migrationsHash()}`;
  return await withPostgres(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_KEY]);
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) {
      // Under another name until it is whole: a run that was killed leaves no half-migrated template.
      const draft = `${name}_draft`;
      await createDatabase(server, draft);
      await migrate(withDatabase(server, draft));
      await client.query(`alter database ${draft} rename to ${name}`);
    }
    return name;
  });
}

function migrationsHash(): string {
  const folder = join(ROOT, 'sql/migrations');
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) {
    hash.update(file).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
