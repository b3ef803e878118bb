import { randomUUIDv7 } from 'node:crypto';
import { POSTINGS_MAX } from '@razao/shared/contract/limits.ts';
import type { Books } from '../generate/create-books.ts';
import { FUNDING } from '../generate/create-workload.ts';
import { ASSET, FIRST_PLACE, WORLD_PLACE } from '../generate/transfer.ts';
import type { Api } from '../outside/create-api.ts';
import { inParallel } from '../outside/in-parallel.ts';
import { postUntilAccepted } from '../outside/post-until-accepted.ts';

const AT_ONCE = 8;

/** Deposits the funding into every account, a hundred at a time, and returns the ids of the transactions. */
export async function fund(
  api: Api,
  addresses: readonly string[],
  books: Books,
): Promise<string[]> {
  const places = [...addresses.keys()].slice(FIRST_PLACE);
  const hundreds = Array.from({ length: Math.ceil(places.length / POSTINGS_MAX) }, (_, index) =>
    places.slice(index * POSTINGS_MAX, (index + 1) * POSTINGS_MAX),
  );
  return await inParallel(hundreds, AT_ONCE, async (hundred) => {
    const postings = hundred.map((place) => ({
      source: addresses[WORLD_PLACE],
      destination: addresses[place],
      asset: ASSET,
      amount: String(FUNDING),
    }));
    const id = randomUUIDv7();
    await postUntilAccepted(api, { below: '', key: id, body: JSON.stringify({ postings }) });
    for (const place of hundred) {
      books.enter({ source: WORLD_PLACE, destination: place, amount: FUNDING });
    }
    return id;
  });
}
