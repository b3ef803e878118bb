import type { LoadRequest, Tally } from '../generate/create-tally.ts';
import type { Traffic } from '../generate/create-traffic.ts';
import { namesAll } from '../generate/judge-answer.ts';
import type { Api } from '../outside/create-api.ts';
import { inParallel } from '../outside/in-parallel.ts';
import { postUntilAccepted } from '../outside/post-until-accepted.ts';
import type { Problems } from '../verify/create-problems.ts';

const AT_ONCE = 32;

/**
 * Sends every request whose outcome nobody knows again with its keys until it is accepted, so that afterwards all outcomes
 * are known. Returns how many there were; one that cannot be settled goes into `problems`.
 */
export async function settle(
  api: Api,
  { write }: Pick<Traffic, 'write'>,
  tally: Tally,
  unanswered: readonly LoadRequest[],
  problems: Problems,
): Promise<number> {
  const open = [...tally.unknown.splice(0), ...unanswered];
  await inParallel(open, AT_ONCE, async (request) => {
    try {
      const answer = JSON.stringify(await postUntilAccepted(api, write(request)));
      const keys = request.map(({ key }) => key);
      if (!namesAll(Buffer.from(answer), keys)) {
        throw new Error(`the answer for key ${keys[0]} is ${answer}`);
      }
      tally.accepted.push(...request);
    } catch (error) {
      problems.add('requests without an outcome', (error as Error).message);
    }
  });
  return open.length;
}
