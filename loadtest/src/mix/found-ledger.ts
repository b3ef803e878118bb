import { randomUUIDv7 } from 'node:crypto';
import type { Api } from '../outside/create-api.ts';
import { inParallel } from '../outside/in-parallel.ts';
import { postUntilAccepted } from '../outside/post-until-accepted.ts';
import { fundingOf, limitsOf } from './accounts.ts';
import { MIX_ASSETS, type MixRequest, type Moving } from './command.ts';
import { writeMixRequest } from './write-mix-request.ts';

const AT_ONCE = 8;

/** Creates the ledger with its accounts' limits, and funds them; `onAccepted` is told of each deposit. */
export async function foundLedger(
  api: Api,
  clients: number,
  onAccepted: (request: MixRequest) => void,
): Promise<void> {
  await api.putLedger();
  await inParallel([...limitsOf(clients)], AT_ONCE, async ([address, { overdraft, max }]) => {
    const limit = {
      overdraft_limit: String(overdraft),
      max_balance: max === null ? null : String(max),
    };
    const limits = Object.fromEntries(MIX_ASSETS.map((asset) => [asset, limit]));
    await api.putAccount(address, { limits });
  });
  await inParallel([...Array(clients).keys()], AT_ONCE, async (client) => {
    const command: Moving = {
      kind: 'transfer',
      id: randomUUIDv7(),
      postings: fundingOf(client),
      expiresIn: null,
      dependsOn: null,
      effectiveAt: null,
    };
    const about = { shape: 'single', invalidAt: null, again: false } as const;
    const request: MixRequest = { ...about, client, commands: [command] };
    await postUntilAccepted(api, writeMixRequest(request));
    onAccepted(request);
  });
}
