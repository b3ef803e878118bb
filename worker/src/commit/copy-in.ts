import { type Client, type Connection, Query } from 'pg';

/** What a connection has for copies, which pg's types leave out. */
type CopyConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
};

/**
 * Runs a `copy ... from stdin` with its rows in COPY's text format. They leave together with the statement, without waiting for
 * the server to ask for them: one that refuses the statement ignores what follows it.
 */
export function copyIn(client: Client, text: string, rows: string): Promise<{ rowCount: number }> {
  return new Promise((resolve, reject) => {
    const query = new Query({ text }, (error, result) => {
      if (error) reject(error);
      else resolve({ rowCount: result.rowCount ?? 0 });
    });
    const copy = Object.assign(query, {
      submit(connection: Connection) {
        const { stream } = connection;
        stream.cork();
        Query.prototype.submit.call(query, connection);
        sendRows(connection as CopyConnection, rows);
        stream.uncork();
      },
      /** Called when the server asks for the rows. */
      handleCopyInResponse() {},
    });
    client.query(copy);
  });
}

function sendRows(connection: CopyConnection, rows: string): void {
  connection.sendCopyFromChunk(Buffer.from(rows));
  connection.endCopyFrom();
}
