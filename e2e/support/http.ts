import { KEY } from './open-world.ts';

export type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

/** One request with the development key; throws where no whole answer comes. */
export async function call(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json', ...headers },
    signal: AbortSignal.timeout(15_000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** The body of a transaction with one posting. */
export function transfer(source: string, destination: string, amount: number | string) {
  return { postings: [{ source, destination, asset: 'BRL/2', amount: String(amount) }] };
}
