import type { Answer } from '../drive/drive.ts';
import type { Problems } from '../verify/create-problems.ts';
import { judgeAnswer } from './judge-answer.ts';
import type { Keyed } from './transfer.ts';

/** One request: a transfer, or those of a bulk in their order. */
export type LoadRequest = readonly Keyed[];

/** What became of every request of a run. */
export type Tally = {
  accepted: Keyed[];
  unknown: LoadRequest[];
  /** Answered 429 or 503 overloaded: nothing of them may ever be found. */
  refused: number;
  statuses: Record<number, number>;
  take(request: LoadRequest, answer: Answer): void;
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
      const keys = request.map(({ key }) => key);
      switch (judgeAnswer(keys, answer)) {
        case 'accepted':
          for (const transfer of request) tally.accepted.push(transfer);
          break;
        case 'unknown':
          tally.unknown.push(request);
          break;
        case 'refused':
          tally.refused += 1;
          break;
        case 'wrong':
          problems.add('wrong answers', `${answer.status} for key ${keys[0]}: ${answer.raw}`);
          break;
      }
    },
  };
  return tally;
}
