import type { Answer } from '../drive/drive.ts';
import type { Problems } from '../verify/create-problems.ts';
import { judgeAnswer } from './judge-answer.ts';
import type { Transfer } from './transfer.ts';

/** A transfer under its idempotency key, a UUID in lower case, which is then the transaction's id. */
export type Keyed = Transfer & { key: string };

/** What became of every request of a run. */
export type Tally = {
  accepted: Keyed[];
  unknown: Keyed[];
  /** Answered 429 or 503 overloaded: nothing of them may ever be found. */
  refused: number;
  statuses: Record<number, number>;
  take(request: Keyed, answer: Answer): void;
};

/** An empty tally. Answers that the contract does not allow go into `problems`. */
export function createTally(problems: Problems): Tally {
  const tally: Tally = {
    accepted: [],
    unknown: [],
    refused: 0,
    statuses: {},
    take(request, answer) {
      tally.statuses[answer.status] = (tally.statuses[answer.status] ?? 0) + 1;
      const judgement = judgeAnswer(request.key, answer);
      switch (judgement) {
        case 'accepted':
        case 'unknown':
          tally[judgement].push(request);
          break;
        case 'refused':
          tally.refused += 1;
          break;
        case 'wrong':
          problems.add('wrong answers', `${answer.status} for key ${request.key}: ${answer.raw}`);
          break;
      }
    },
  };
  return tally;
}
