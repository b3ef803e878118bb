import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { queuedCommands } from '../../test/queue.ts';

/** How often each stall is met. */
const ROUNDS = process.env['RAZAO_LONG'] === '1' ? 12 : 1;
const KEYS = Array.from({ length: 60 }, (_, n) => `key-${n}`);
const SENDERS = 4;
/** Some are sent before the stall, some while it lasts, and some after it. */
const SENT_EVERY_MS = 40;
const STALL_MS = { min: 1_000, max: 5_000 };
const TEST_MS_MAX = 60_000 * ROUNDS;

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => closeLawful(api));

/**
 * The ways in which the path to a durable write stands still for a time. A disk that does not answer is the first of them: Redis
 * waits for it before it says anything to anybody.
 */
const STALLS: Record<string, (ms: number) => Promise<void>> = {
  async 'Redis or its disk'(ms) {
    const { pid } = api.redisServer;
    if (pid === null) throw new Error('Redis does not run');
    process.kill(pid, 'SIGSTOP');
    await delay(ms).finally(() => process.kill(pid, 'SIGCONT'));
  },
  async 'the event loop'(ms) {
    const until = performance.now() + ms;
    while (performance.now() < until);
  },
  async 'the way to Redis'(ms) {
    api.queue.delay({ to: ms });
    await delay(ms).finally(() => api.queue.delay({ to: 0 }));
  },
  async 'the way from Redis'(ms) {
    api.queue.delay({ from: ms });
    await delay(ms).finally(() => api.queue.delay({ from: 0 }));
  },
  async 'the way to Redis, and it breaks'(ms) {
    api.queue.silence();
    await delay(ms);
    api.queue.resume();
    api.queue.drop();
  },
};

test.each(Object.entries(STALLS))(
  'no answer leaves before its write is durable, whoever sent it first, though %s stand still',
  async (_, stall) => {
    for (let round = 0; round < ROUNDS; round++) {
      const ledger = await api.newLedger();
      const ms = STALL_MS.min + Math.random() * (STALL_MS.max - STALL_MS.min);
      const sending = KEYS.flatMap((key, n) =>
        Array.from({ length: SENDERS }, async () => {
          await delay(n * SENT_EVERY_MS);
          return await judge(ledger, key);
        }),
      );
      await delay(Math.random() * KEYS.length * SENT_EVERY_MS);
      await stall(ms);
      const judged = await Promise.all(sending);
      expect(judged.filter((found) => found !== 'queued' && found !== 'not known')).toEqual([]);
      expect(judged).toContain('queued');
      // What could not be told is told in the end, and is there once.
      const last = await Promise.all(KEYS.map((key) => untilAccepted(ledger, key)));
      const queued = await queuedCommands(api.redis, last);
      expect(queued.map(({ id }) => id).sort()).toEqual(last.toSorted());
    }
  },
  TEST_MS_MAX,
);

/** What an answer said, and whether that was so when it came. */
async function judge(ledger: string, key: string): Promise<string> {
  const answer = await api.post(ledger, transfer(), { key });
  const said = `${answer.status} ${JSON.stringify(answer.body)}`;
  if (answer.status === 503) return answer.body['code'] === 'unavailable' ? 'not known' : said;
  if (answer.status !== 202) return said;
  const { length } = await queuedCommands(api.redis, [idOf(answer)]);
  return length === 1 ? 'queued' : `${length} queued after ${said}`;
}

async function untilAccepted(ledger: string, key: string): Promise<string> {
  for (;;) {
    const answer = await api.post(ledger, transfer(), { key });
    if (answer.status === 202) return idOf(answer);
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await delay(100);
  }
}
