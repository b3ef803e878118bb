/** Where requests go and with which key. */
export type RequestTarget = { apiUrl: string; ledger: string; key: string };

/** A write: where it goes below a ledger's transactions, its idempotency key unless it is a bulk, and its JSON. */
export type Sent = { below: string; key: string | null; body: string };

/**
 * Returns a function that writes a whole HTTP request to a ledger's transactions, or to a path below them. Put together from
 * fixed parts and variable ones, it costs a third of autocannon's own builder; the load shares two cores with what it
 * measures. All of it is ASCII.
 */
export function createEncoder({ apiUrl, ledger, key }: RequestTarget) {
  const path = `POST /v1/ledgers/${ledger}/transactions`;
  const head = [
    ' HTTP/1.1',
    `Host: ${new URL(apiUrl).host}`,
    'Connection: keep-alive',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    '',
  ].join('\r\n');
  return (idempotencyKey: string | null, body: string, below = ''): string => {
    const own = idempotencyKey === null ? '' : `Idempotency-Key: ${idempotencyKey}\r\n`;
    return `${path}${below}${head}${own}Content-Length: ${body.length}\r\n\r\n${body}`;
  };
}
