import type { CaptureCommand, RevertCommand } from '@razao/shared/contract/command.ts';
import { type Rejection, rejection } from '@razao/shared/contract/rejections.ts';
import type { LedgerState, TargetState } from './state.ts';

/**
 * When a command that moves what its target named takes effect: by effect nothing may be taken back, or out of a hold, before
 * it was there. Null: when it is posted.
 */
export function judgeEffect(
  { postedAt }: LedgerState,
  command: CaptureCommand | RevertCommand,
  { effectiveAt: earliest }: TargetState,
): { effectiveAt: string | null } | Rejection {
  const { effectiveAt: asked } = command;
  if (asked === undefined) return { effectiveAt: earliest > postedAt ? earliest : null };
  if (asked >= earliest) return { effectiveAt: asked };
  const detail = `The transaction would take effect before ${earliest}, when its target does`;
  return rejection('effective_before_target', { detail });
}
