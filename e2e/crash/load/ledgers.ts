import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { call } from '../../support/http.ts';
import { DOOMED_ACCOUNTS } from './doomed.ts';

/** Names of ledgers: one in each shard, and a second one in one of them, so that a commit also carries two ledgers. */
export function ledgerNames(shards: number): string[] {
  const names: string[] = [];
  const taken = new Set<number>();
  for (let n = 0; taken.size < shards || names.length === shards; n++) {
    const shard = shardOf(`crash-${n}`, shards);
    // The first that is left over is the second one of its shard.
    if (!taken.has(shard) || taken.size === shards) names.push(`crash-${n}`);
    taken.add(shard);
  }
  return names;
}

/** Creates the ledgers and the accounts whose settings the load counts on. */
export async function createLedgers(stack: Stack, ledgers: readonly string[]): Promise<void> {
  for (const ledger of ledgers) {
    const url = `${stack.apiUrls[0]}/v1/ledgers/${ledger}`;
    await put(url, {});
    for (const [address, settings] of Object.entries(DOOMED_ACCOUNTS))
      await put(`${url}/accounts/${address}`, settings);
  }
}

const PUT_MS_MAX = 60_000;

/** Creates a ledger, as often as it takes until it is there. */
export async function putLedger(
  { apiUrls }: Pick<Stack, 'apiUrls'>,
  ledger: string,
): Promise<void> {
  await until(
    `ledger ${ledger} is there`,
    async () => {
      const { status } = await call(`${apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
      return status === 200 || status === 201;
    },
    PUT_MS_MAX,
  );
}

async function put(url: string, body: object): Promise<void> {
  const answer = await call(url, 'PUT', body);
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`PUT ${url} was answered ${answer.status} ${JSON.stringify(answer.body)}`);
}
