import { drive } from '../drive/drive.ts';
import { createEncoder, type RequestTarget } from '../generate/create-encoder.ts';
import { namesAll } from '../generate/judge-answer.ts';
import type { Api } from '../outside/create-api.ts';
import { inParallel } from '../outside/in-parallel.ts';
import { postUntilAccepted } from '../outside/post-until-accepted.ts';
import type { Problems } from '../verify/create-problems.ts';
import { createClient } from './client/create-client.ts';
import { judgeMixAnswer } from './client/judge-mix-answer.ts';
import { createTargets } from './client/targets.ts';
import type { MixRequest } from './command.ts';
import { createDice } from './dice.ts';
import type { MixResult } from './mix-result.ts';
import { writeMixRequest } from './write-mix-request.ts';

type MixDriven = Pick<MixResult, 'seconds' | 'latencyMs' | 'errors' | 'statuses' | 'settled'>;

/** A client on each connection, for a while; then what had no answer is sent again. `onAccepted` is told of every 202. */
export async function driveMix(
  plan: RequestTarget & { connections: number; seconds: number },
  api: Api,
  onAccepted: (request: MixRequest) => void,
  problems: Problems,
): Promise<MixDriven> {
  const dice = createDice();
  const common = createTargets();
  const clients = Array.from({ length: plan.connections }, (_, number) =>
    createClient(number, createTargets(), common, dice),
  );
  const encode = createEncoder(plan);
  const statuses: Record<number, number> = {};
  const driven = await drive<MixRequest>({
    ...plan,
    next: (connection) => clientAt(connection).next(),
    encode(request) {
      const { key, body, below } = writeMixRequest(request);
      return encode(key, body, below);
    },
    onAnswer(request, answer) {
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const judgement = judgeMixAnswer(request, answer);
      // The client sends it again, before anything else: its order is known.
      if (judgement === 'unknown' || judgement === 'refused') return;
      if (judgement === 'wrong') {
        const sent = JSON.stringify(writeMixRequest(request));
        problems.add('wrong answers', `${answer.status} to ${sent}: ${answer.raw}`);
      }
      if (judgement === 'accepted') onAccepted(request);
      clientAt(request.client).settle(judgement === 'accepted');
    },
  });
  const open = clients.flatMap((client) => client.outstanding() ?? []);
  await inParallel(open, plan.connections, (request) => settle(request, api, onAccepted, problems));
  const { latency, errors, startedAt, endedAt } = driven;
  const seconds = (endedAt - startedAt) / 1000;
  return { seconds, latencyMs: latency, errors, statuses, settled: open.length };

  function clientAt(connection: number) {
    const client = clients[connection];
    if (client === undefined) throw new RangeError(`no client has connection ${connection}`);
    return client;
  }
}

async function settle(
  request: MixRequest,
  api: Api,
  onAccepted: (request: MixRequest) => void,
  problems: Problems,
): Promise<void> {
  // It can only be refused.
  if (request.shape === 'atomic' && request.invalidAt !== null) return;
  try {
    const answer = JSON.stringify(await postUntilAccepted(api, writeMixRequest(request)));
    const ids = request.commands.map(({ id }) => id);
    if (!namesAll(Buffer.from(answer), ids)) throw new Error(`another answer: ${answer}`);
    onAccepted(request);
  } catch (error) {
    problems.add('requests without an outcome', (error as Error).message);
  }
}
