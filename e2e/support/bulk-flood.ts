import { randomUUID } from 'node:crypto';
import { call } from './http.ts';

export type BulkPlan = {
  urls: readonly string[];
  ledgers: readonly string[];
  /** Clients that each send one bulk after the other. */
  clients: number;
  /** What it is to send with each, `Prefer: wait=10` for instance. */
  headers?: Record<string, string>;
  /** Asked before each bulk. */
  goesOn(flood: BulkFlood): boolean;
};

export type BulkFlood = {
  /** Transactions that were accepted, by ledger. */
  accepted: Map<string, number>;
  /** Why bulks were refused as overloaded, and how often each was said. */
  overloaded: Map<string, number>;
  /** Whatever else was not a 202. */
  strange: string[];
};

const BULK = 100;

/** Sends bulks of transfers, each into an account of its own, as fast as they are answered; repeats none that was refused. */
export async function floodWithBulks(plan: BulkPlan): Promise<BulkFlood> {
  const { urls, ledgers, clients, headers = {}, goesOn } = plan;
  const flood: BulkFlood = { accepted: new Map(), overloaded: new Map(), strange: [] };
  let sent = 0;
  async function send(): Promise<void> {
    const n = sent++;
    const ledger = ledgers[n % ledgers.length] ?? '';
    const transactions = Array.from({ length: BULK }, (_, i) => ({
      idempotency_key: randomUUID(),
      postings: [{ source: 'world', destination: `a:${n}:${i}`, asset: 'BRL/2', amount: '1' }],
    }));
    const url = `${urls[n % urls.length]}/v1/ledgers/${ledger}/transactions/bulk`;
    const { status, body } = await call(url, 'POST', { transactions }, headers);
    if (status === 202) add(flood.accepted, ledger, BULK);
    else if (body['code'] === 'overloaded') add(flood.overloaded, String(body['detail']), 1);
    else flood.strange.push(`${status} ${JSON.stringify(body)}`);
  }
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (goesOn(flood)) await send().catch((error) => void flood.strange.push(String(error)));
    }),
  );
  return flood;
}

export function countAccepted({ accepted }: BulkFlood): number {
  return accepted.values().reduce((sum, count) => sum + count, 0);
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
