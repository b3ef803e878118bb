import { expect, test } from 'vitest';
import { createProblems } from '../verify/create-problems.ts';
import { createTally } from './create-tally.ts';
import type { Keyed } from './transfer.ts';

const REQUEST: Keyed = {
  key: '01a213eb-9fb2-76eb-9f9b-39fc4ca86073',
  source: 0,
  destination: 2,
  amount: 1,
  outcome: 'posted',
};

function answer(status: number, body: string) {
  return { status, headers: [], raw: Buffer.from(body), sends: 1, orderly: true };
}

test('each answer is counted where it belongs', () => {
  const problems = createProblems();
  const tally = createTally(problems);
  tally.take([REQUEST], answer(202, `{"id":"${REQUEST.key}"}`));
  tally.take([REQUEST], answer(503, '{"code":"overloaded"}'));
  tally.take([REQUEST], answer(503, '{"code":"unavailable"}'));
  for (let times = 0; times < 7; times++) {
    tally.take([REQUEST], answer(400, '{"code":"invalid_request"}'));
  }
  expect(tally.accepted).toEqual([REQUEST]);
  expect(tally.unknown).toEqual([[REQUEST]]);
  expect(tally).toMatchObject({ refused: 1, statuses: { 202: 1, 503: 2, 400: 7 } });
  expect(problems.lines()).toHaveLength(1);
  expect(problems.lines()[0]).toContain(
    `wrong answers (7): 400 for key ${REQUEST.key}: {"code":"invalid_request"}; 400`,
  );
});
