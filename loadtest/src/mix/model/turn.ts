import type { Command } from '@razao/shared/contract/command.ts';
import type { Acting, MixPosting, Moving } from '../command.ts';

/** The system's own: ends a hold whose time is over. */
export type Expiry = { kind: 'expiry'; id: string; target: string };

/** A command at its turn, with the sequence that it has got, and when it was accepted and posted, in UTC to the microsecond. */
export type Turn = {
  command: Moving | Acting | Expiry;
  sequence: number;
  acceptedAt: string;
  postedAt: string;
};

/** A turn's command, as the reference model takes it. */
export function toCommand({ command, acceptedAt }: Turn): Command {
  const facts = { ledgerUid: '', id: command.id, fingerprint: '', acceptedAt };
  switch (command.kind) {
    case 'transfer':
    case 'hold':
      return toMoving(facts, command);
    case 'capture': {
      const { kind, target, final } = command;
      return { ...facts, ...following(command), kind, target, final };
    }
    case 'revert': {
      const { kind, target, force } = command;
      return { ...facts, ...following(command), kind, target, force };
    }
    case 'release':
    case 'expiry':
      return { ...facts, kind: command.kind, target: command.target };
  }
}

type Facts = Pick<Command, 'ledgerUid' | 'id' | 'fingerprint' | 'acceptedAt'>;

function toMoving(facts: Facts, command: Moving): Command {
  const { postings, dependsOn, effectiveAt, expiresIn } = command;
  const moving = {
    ...facts,
    ...(dependsOn === null ? {} : { dependsOn }),
    ...{ postings: postings.map(toPosting), effectiveAt },
    ...{ description: null, reference: null, metadata: {} },
  };
  if (command.kind === 'transfer') return { ...moving, kind: 'transfer' };
  return { ...moving, kind: 'hold', expiresAt: addSeconds(facts.acceptedAt, expiresIn ?? 0) };
}

function toPosting({ amount, availableGte, ...posting }: MixPosting) {
  const plain = { ...posting, amount: String(amount) };
  if (availableGte === undefined) return plain;
  return { ...plain, if: { sourceAvailableGte: String(availableGte) } };
}

function following({ amount, effectiveAt }: Exclude<Acting, { kind: 'release' }>) {
  const part = { amount: amount === null ? null : String(amount) };
  return effectiveAt === null ? part : { ...part, effectiveAt };
}

/** Whole seconds later. */
export function addSeconds(instant: string, seconds: number): string {
  const whole = instant.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  const fraction = instant.slice(whole.length);
  const later = new Date(Date.parse(`${whole}Z`) + seconds * 1_000).toISOString();
  return `${later.slice(0, whole.length)}${fraction}`;
}
