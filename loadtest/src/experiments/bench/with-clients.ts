import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import type { Client } from 'pg';

/** Runs `work` with `count` connections and closes them. */
export async function withClients<T>(
  url: string,
  count: number,
  work: (clients: Client[]) => Promise<T>,
): Promise<T> {
  if (count === 0) return await work([]);
  return await withPostgres(url, (client) =>
    withClients(url, count - 1, (clients) => work([client, ...clients])),
  );
}
