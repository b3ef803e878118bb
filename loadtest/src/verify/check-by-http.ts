import type { Books } from '../generate/create-books.ts';
import { ASSET, type Keyed } from '../generate/transfer.ts';
import { transferBody } from '../generate/transfer-body.ts';
import type { Api, ApiAnswer } from '../outside/create-api.ts';
import { inParallel } from '../outside/in-parallel.ts';
import type { Problems } from './create-problems.ts';
import { pickSample } from './pick-sample.ts';

const SAMPLE = 200;
const AT_ONCE = 8;

type HttpCheck = {
  api: Api;
  addresses: readonly string[];
  books: Books;
  accepted: readonly Keyed[];
  problems: Problems;
};

/** Asks the API for some accounts and transactions, as a client would, and compares them with the generator's books. */
export async function checkByHttp({ api, addresses, books, accepted, problems }: HttpCheck) {
  const places = pickSample([...addresses.keys()], SAMPLE);
  await inParallel(places, AT_ONCE, async (place) => {
    const address = addresses[place] ?? '';
    const answer = await api.getAccount(address);
    const balances = answer.body['balances'] as Record<string, { posted?: string }> | undefined;
    const posted = balances?.[ASSET]?.posted ?? '0';
    if (answer.status !== 200 || posted !== String(books.balance(place))) {
      problems.add(
        'accounts that differ by HTTP',
        `${address} has ${books.balance(place)}, the answer is ${show(answer)}`,
      );
    }
  });
  await inParallel(pickSample(accepted, SAMPLE), AT_ONCE, async (transfer) => {
    const answer = await api.getTransaction(transfer.key);
    const { id, status, postings } = answer.body;
    const expected = transfer.outcome === 'posted' ? 'posted' : 'rejected';
    // The body that was sent, in the order of members that the contract shows.
    const same = JSON.stringify({ postings }) === transferBody(addresses, transfer);
    if (answer.status !== 200 || id !== transfer.key || status !== expected || !same) {
      problems.add('transactions that differ by HTTP', `${transfer.key}: ${show(answer)}`);
    }
  });
}

function show({ status, body }: ApiAnswer): string {
  return `${status} ${JSON.stringify(body)}`;
}
