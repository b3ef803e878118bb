import { Client } from 'pg';

/** Asks something in a session of its own, by a server that may not answer: connecting and each question may take `msMax`. */
export async function inBriefSession<T>(
  databaseUrl: string,
  msMax: number,
  ask: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: msMax,
    query_timeout: msMax,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await ask(client);
  } finally {
    // `end` would wait for the server.
    client.connection.stream.destroy();
  }
}
