import type { Sent } from '../generate/create-encoder.ts';
import type { Acting, MixCommand, MixPosting, MixRequest, Moving } from './command.ts';

/** The HTTP side of a request. */
export function writeMixRequest({ shape, commands, invalidAt }: MixRequest): Sent {
  const [first] = commands;
  if (shape === 'single' && first) return writeOne(first);
  const items: object[] = commands.map((command) => ({
    idempotency_key: command.id,
    ...('postings' in command ? movingBody(command) : {}),
  }));
  if (invalidAt !== null) items.splice(invalidAt, 0, { idempotency_key: '', postings: [] });
  const body = JSON.stringify({ atomic: shape === 'atomic', transactions: items });
  return { below: '/bulk', key: null, body };
}

function writeOne(command: MixCommand): Sent {
  const { id: key } = command;
  switch (command.kind) {
    case 'transfer':
    case 'hold':
      return { below: '', key, body: JSON.stringify(movingBody(command)) };
    case 'capture': {
      const { final } = command;
      // Sometimes the default is left out, sometimes it is said.
      const isDefault = final && command.amount === null;
      const body = { ...followingBody(command), ...(isDefault ? {} : { final }) };
      return { below: `/${command.target}/capture`, key, body: JSON.stringify(body) };
    }
    case 'release':
      return { below: `/${command.target}/release`, key, body: '{}' };
    case 'revert': {
      const { force } = command;
      const body = { ...followingBody(command), ...(force ? { force } : {}) };
      return { below: `/${command.target}/revert`, key, body: JSON.stringify(body) };
    }
  }
}

function movingBody({ postings, expiresIn, dependsOn, effectiveAt }: Moving): object {
  return {
    postings: postings.map(postingBody),
    ...(expiresIn === null ? {} : { hold: { expires_in: expiresIn } }),
    ...(dependsOn === null ? {} : { depends_on: dependsOn }),
    ...effectBody(effectiveAt),
  };
}

function postingBody({ source, destination, asset, amount, availableGte }: MixPosting): object {
  const posting = { source, destination, asset, amount: String(amount) };
  if (availableGte === undefined) return posting;
  return { ...posting, if: { source_available_gte: String(availableGte) } };
}

function followingBody({ amount, effectiveAt }: Exclude<Acting, { kind: 'release' }>): object {
  return { ...(amount === null ? {} : { amount: String(amount) }), ...effectBody(effectiveAt) };
}

function effectBody(effectiveAt: string | null): object {
  return effectiveAt === null ? {} : { effective_at: effectiveAt };
}
