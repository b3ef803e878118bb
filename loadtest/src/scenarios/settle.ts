import type { Keyed, Tally } from '../generate/create-tally.ts';
import { transferBody } from '../generate/transfer-body.ts';
import type { Api } from '../outside/create-api.ts';
import { inParallel } from '../outside/in-parallel.ts';
import { postUntilAccepted } from '../outside/post-until-accepted.ts';
import type { Problems } from '../verify/create-problems.ts';

const AT_ONCE = 32;

/**
 * Sends every request whose outcome nobody knows again with its key until it is accepted, so that afterwards all outcomes
 * are known. Returns how many there were; one that cannot be settled goes into `problems`.
 */
export async function settle(
  api: Api,
  addresses: readonly string[],
  tally: Tally,
  unanswered: readonly Keyed[],
  problems: Problems,
): Promise<number> {
  const open = [...tally.unknown.splice(0), ...unanswered];
  await inParallel(open, AT_ONCE, async (request) => {
    try {
      const id = await postUntilAccepted(api, request.key, transferBody(addresses, request));
      if (id !== request.key) {
        throw new Error(`the id for key ${request.key} is ${id}`);
      }
      tally.accepted.push(request);
    } catch (error) {
      problems.add('requests without an outcome', (error as Error).message);
    }
  });
  return open.length;
}
