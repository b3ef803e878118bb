import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool } from 'pg';

/**
 * A pool that closes a connection on which a question was not answered in time, rather than ask the next one behind it: pg
 * gives up waiting, and the server goes on.
 */
export function forgetBroken(pool: Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect();
      let broken = false;
      return {
        async query(text: string, values: unknown[]) {
          try {
            return await client.query(text, values);
          } catch (error) {
            broken ||= (error as Error).message === 'Query read timeout';
            throw error;
          }
        },
        release: (destroy = false) => client.release(destroy || broken),
        // Cursors, which its type has too, are asked for by nobody.
      } as unknown as PostgresPoolClient;
    },
    end: () => pool.end(),
    options: pool.options,
  };
}
