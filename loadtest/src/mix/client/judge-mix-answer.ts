import type { Answer } from '../../drive/drive.ts';
import { type Judgement, judgeAnswer } from '../../generate/judge-answer.ts';
import type { MixRequest } from '../command.ts';

/** What an answer says about all of a request; `invalid` is one that was refused as it had to be. */
export function judgeMixAnswer(request: MixRequest, answer: Answer): Judgement | 'invalid' {
  const { shape, commands, invalidAt } = request;
  const { status, raw, orderly } = answer;
  if (shape === 'atomic' && invalidAt !== null) {
    if (status === 400 && raw.includes('"code":"invalid_request"')) return 'invalid';
    return status >= 500 || status === 429 || !orderly ? 'unknown' : 'wrong';
  }
  const judgement = judgeAnswer(
    commands.map(({ id }) => id),
    answer,
  );
  const refusals = raw.includes('"problem":');
  if (judgement !== 'accepted' || refusals === (invalidAt !== null)) return judgement;
  return orderly ? 'wrong' : 'unknown';
}
