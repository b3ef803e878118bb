import type { Acting } from '../command.ts';
import type { MixRecord } from './record.ts';
import type { Turn } from './turn.ts';

/** When something takes effect that moves what its target named: never before that. */
export function effectOf(
  { command, postedAt }: Turn<Exclude<Acting, { kind: 'release' }>>,
  target: MixRecord,
): string | 'too early' {
  const { effectiveAt } = command;
  if (effectiveAt !== null) return effectiveAt < target.effectiveAt ? 'too early' : effectiveAt;
  return target.effectiveAt > postedAt ? target.effectiveAt : postedAt;
}
