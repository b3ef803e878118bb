import type { Client } from 'pg';
import type { Durability } from './env-schema.ts';

/**
 * What would make a commit of this session less than durable; an empty list where nothing does. The session has set
 * `synchronous_commit` itself, or each of its statements does (`byStatement`). `relaxed` and `asserted` leave it to the operator.
 */
export async function postgresFaults(
  client: Pick<Client, 'query'>,
  durability: Durability,
  { byStatement = false } = {},
): Promise<string[]> {
  if (durability !== 'checked') return [];
  const { rows } = await client.query<{ fsync: string; synchronous_commit: string }>(
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit`,
  );
  const faults: string[] = [];
  if (rows[0]?.fsync !== 'on') faults.push('Postgres would lose commits: fsync is not on');
  if (!byStatement && !['on', 'remote_apply'].includes(rows[0]?.synchronous_commit ?? '')) {
    faults.push('Postgres would lose commits: synchronous_commit is not on');
  }
  return faults;
}
