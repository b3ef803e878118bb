import type { CaptureCommand, Command, RevertCommand } from '@razao/shared/contract/command.ts';
import type { RejectionCode } from '@razao/shared/contract/rejections.ts';
import type {
  ReferenceLedger,
  ReferenceRejection,
  ReferenceTransaction,
} from './reference-ledger.ts';

/** What a command breaks by acting on its target, in the order in which it is judged. */
export function brokenByTarget(
  ledger: ReferenceLedger,
  command: Command,
): (() => ReferenceRejection[])[] {
  if (command.kind === 'transfer' || command.kind === 'hold') return [];
  const target = ledger.transactions.get(command.target);
  if (!target) return [() => [{ code: 'target_unknown' }]];
  const isOpen = () => unless(isOpenAt(target, command.acceptedAt), 'hold_not_open');
  if (command.kind === 'expiry')
    return [() => unless(target.status === 'pending', 'hold_not_open')];
  if (command.kind === 'release') return [isOpen];
  const { effectiveAt = target.effectiveAt } = command;
  const isTimely = () => unless(effectiveAt >= target.effectiveAt, 'effective_before_target');
  if (command.kind === 'capture')
    return [
      isOpen,
      isTimely,
      () => brokenByAmount(target, target.captured, command, 'hold_amount_exceeded'),
    ];
  return [
    () => unless(mayBeReverted(target), 'target_unknown'),
    isTimely,
    () => unless(isLeft(target, target.reverted), 'already_reverted'),
    () => brokenByAmount(target, target.reverted, command, 'revert_amount_exceeded'),
  ];
}

function unless(holds: boolean, code: RejectionCode): ReferenceRejection[] {
  return holds ? [] : [{ code }];
}

function isOpenAt({ status, expiresAt }: ReferenceTransaction, instant: string): boolean {
  return status === 'pending' && expiresAt !== null && instant < expiresAt;
}

function mayBeReverted({ kind, status }: ReferenceTransaction): boolean {
  return status !== 'rejected' && (kind === 'transfer' || kind === 'capture');
}

function isLeft({ postings }: ReferenceTransaction, gone: readonly bigint[]): boolean {
  return postings.some(({ amount }, index) => gone[index] !== BigInt(amount));
}

/** Only where there is one posting can a part of it be asked for. */
function brokenByAmount(
  { postings }: ReferenceTransaction,
  gone: readonly bigint[],
  { amount }: CaptureCommand | RevertCommand,
  code: RejectionCode,
): ReferenceRejection[] {
  const [only, ...others] = postings;
  if (amount === null || !only) return [];
  if (others.length > 0) return [{ code }];
  const available = BigInt(only.amount) - (gone[0] ?? 0n);
  if (BigInt(amount) <= available) return [];
  return [{ code, asset: only.asset, available: String(available), required: amount }];
}
