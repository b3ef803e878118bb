import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, idOf, transfer } from '../../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../../test/open-test-api.ts';
import { loseRecords } from '../../test/queue.ts';

const SENDERS = 40;
const KEYS = Array.from({ length: 100 }, (_, i) => `key-${i}`);
const OTHER = transfer('world', 'users:1', '7');

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ worker: true });
});
afterAll(() => closeLawful(api));

test('many senders of the same keys make one transaction of each', async () => {
  const ledger = await api.newLedger();
  const answers = (await storm(ledger, () => transfer())).flat();
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(idOf)).size).toBe(KEYS.length);
  await expectPostedOnce(ledger, answers);
});

test('another command under one of the keys is a conflict in the storm too', async () => {
  const ledger = await api.newLedger();
  const first = await Promise.all(KEYS.map((key) => api.post(ledger, transfer(), { key })));
  const answers = await storm(ledger, (sender) => (sender % 2 === 0 ? transfer() : OTHER));
  for (const [sender, ofSender] of answers.entries()) {
    const statuses = new Set(ofSender.map(({ status }) => status));
    expect(statuses).toEqual(new Set([sender % 2 === 0 ? 202 : 422]));
  }
  await expectPostedOnce(ledger, first);
});

test('the records may be lost in the middle of it all: still nothing posts twice', async () => {
  const ledger = await api.newLedger();
  let over = false;
  const sending = storm(ledger, () => transfer()).finally(() => {
    over = true;
  });
  let losses = 0;
  while (!over) {
    await loseRecords(api.redis);
    losses += 1;
  }
  const answers = (await sending).flat();
  expect(losses).toBeGreaterThan(3);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await expectPostedOnce(ledger, answers);
});

/** A machine that is too slow for the time that a flush may take says so, and nothing else: the same is sent again. */
async function postOnce(ledger: string, body: unknown, key: string): Promise<Answer> {
  let answer = await api.post(ledger, body, { key });
  while (answer.status === 503) answer = await api.post(ledger, body, { key });
  return answer;
}

/** Each sender sends all keys, one after the other, all senders at once. */
function storm(ledger: string, bodyOf: (sender: number) => unknown): Promise<Answer[][]> {
  const senders = Array.from({ length: SENDERS }, async (_, sender) => {
    const answers: Answer[] = [];
    for (const key of KEYS) answers.push(await postOnce(ledger, bodyOf(sender), key));
    return answers;
  });
  return Promise.all(senders);
}

async function expectPostedOnce(ledger: string, answers: readonly Answer[]): Promise<void> {
  await until('the queue is empty', async () => {
    const lists = ['*:chunks:wait', '*:chunks:active'].map((list) => api.redis.keys(list));
    return (await Promise.all(lists)).flat().length === 0;
  });
  const { rows } = await api.database.query<{ id: string; status: string }>(
    'select t.id, t.status from transactions t join ledgers l on l.id = t.ledger_id where l.name = $1',
    [ledger],
  );
  expect(rows.map(({ id }) => id).sort()).toEqual([...new Set(answers.map(idOf))].sort());
  expect(rows.map(({ status }) => status)).toEqual(KEYS.map(() => 'posted'));
  const { body } = await api.get(`/v1/ledgers/${ledger}/accounts/users:1`);
  expect(body['balances']).toMatchObject({ 'BRL/2': { posted: String(100 * KEYS.length) } });
}
