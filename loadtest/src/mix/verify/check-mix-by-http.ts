import type { Api, ApiAnswer } from '../../outside/create-api.ts';
import { inParallel } from '../../outside/in-parallel.ts';
import type { Problems } from '../../verify/create-problems.ts';
import { pickSample } from '../../verify/pick-sample.ts';
import type { Model } from '../model/create-model.ts';
import { endOf } from './compare-end.ts';
import { effectivePosted } from './effective-posted.ts';
import type { HistoryRow } from './read-history.ts';

const SAMPLE = 150;
const AT_ONCE = 8;

type HttpCheck = {
  api: Api;
  model: Model;
  history: readonly HistoryRow[];
  problems: Problems;
};

/** Asks the API for some transactions, and for some balances of now and of the past, and compares them with the model. */
export async function checkMixByHttp(check: HttpCheck): Promise<void> {
  const { api, model, history, problems } = check;
  await inParallel(pickSample(history, SAMPLE), AT_ONCE, async ({ id }) => {
    const answer = await api.getTransaction(id);
    const record = model.transactions.get(id);
    const found = shown(answer);
    const expected = record && { ...endOf(record), version: undefined };
    const same = JSON.stringify(found) === JSON.stringify(expected);
    if (answer.status !== 200 || !same)
      problems.add('transactions that differ by HTTP', `${id}: ${show(answer)}`);
  });
  await inParallel(
    pickSample([...model.balances], SAMPLE),
    AT_ONCE,
    async ([key, { posted, held }]) => {
      const [address = '', asset = ''] = key.split(' ');
      const found = balanceIn(await api.getAccount(address), asset);
      const expected = `${posted} ${held} ${posted - held}`;
      if (found !== expected)
        problems.add(
          'accounts that differ by HTTP',
          `${address} ${asset}: ${found}, not ${expected}`,
        );
    },
  );
  const dated = history.filter((row) => row.code === null && row.effective_at !== row.posted_at);
  await inParallel(pickSample(dated, SAMPLE), AT_ONCE, async (row) => {
    const [address = '', , asset = ''] = row.postings[0] ?? [];
    const at = row.effective_at;
    const found = balanceIn(await api.getAccount(address, { at, by: 'effective' }), asset);
    const expected = String(effectivePosted(history, address, asset, at));
    if (found.split(' ')[0] !== expected)
      problems.add(
        'past balances that differ',
        `${address} ${asset} at ${at}: ${found}, not ${expected}`,
      );
  });
}

function shown({ body }: ApiAnswer) {
  const hold = body['hold'] as Record<string, string | null> | null;
  return {
    status: body['status'],
    version: undefined,
    hold_expires_at: hold?.['expires_at'] ?? null,
    hold_captured: hold?.['captured'] ?? null,
    hold_remaining: hold?.['remaining'] ?? null,
    reverted_amount: body['reverted_amount'],
  };
}

function balanceIn({ body }: ApiAnswer, asset: string): string {
  const balances = body['balances'] as Record<string, Record<string, string>> | undefined;
  const { posted = '0', held = '0', available = '0' } = balances?.[asset] ?? {};
  return `${posted} ${held} ${available}`;
}

function show({ status, body }: ApiAnswer): string {
  return `${status} ${JSON.stringify(body)}`;
}
