import type { Command } from '@razao/shared/contract/command.ts';
import { capture, expiry, hold, release, revert, transfer } from '@razao/shared/test/commands.ts';
import { transactionKey } from '../../src/state.ts';
import { ACCEPTED_AT, ledgerUid, listOf, secondsLater, withNumbers } from './case-words.ts';

/** The commands of the table in `apply-batch.cases.ts`; they are explained there. */

/** Reads a batch's commands, and which of them are unprocessable. */
export function parseCommands(text: string): { commands: Command[]; unprocessable: Set<string> } {
  const unprocessable = new Set<string>();
  let groups = 0;
  let isGroup = false;
  const commands = listOf(text, ';').map((item, index) => {
    if (item.startsWith('{')) {
      isGroup = true;
      groups += 1;
    }
    const [, mark, sent = ''] = /^\{?(!?)(.*?)\}?$/.exec(item) ?? [];
    const command = parseCommand(sent, String.fromCharCode(97 + index));
    if (mark) unprocessable.add(transactionKey(command.ledgerUid, command.id));
    const atomic = Buffer.from(`group ${groups}`.padEnd(32)).toString('base64');
    const member = isGroup ? { ...command, atomic } : command;
    if (item.endsWith('}')) isGroup = false;
    return member;
  });
  return { commands, unprocessable };
}

/** The id that a letter of the table stands for. */
export function idOf(letter: string): string {
  return `00000000-0000-7000-8000-0000000000${letter.charCodeAt(0).toString(16)}`;
}

const COMMAND = new RegExp(
  [
    '^(?:(?<id>[a-z]): )?(?<body>.*?)(?: for (?<lasting>\\d+))?(?: on (?<effect>\\S+))?(?: at (?<second>\\d+))?',
    '(?: after (?<before>[a-z]))?(?: @(?<ledger>\\w+))?$',
  ].join(''),
);
type CommandWords = {
  [word in 'id' | 'body' | 'lasting' | 'effect' | 'second' | 'before' | 'ledger']?: string;
};

/** Reads one command; `idByPlace` is the letter of one that names none. */
export function parseCommand(text: string, idByPlace: string): Command {
  const words: CommandWords = COMMAND.exec(text)?.groups ?? {};
  const { id = idByPlace, body = '', lasting = '3600', effect, second = '0', before } = words;
  const acceptedAt = secondsLater(ACCEPTED_AT, second);
  const facts = {
    id: idOf(id),
    acceptedAt,
    ...(before === undefined ? {} : { dependsOn: idOf(before) }),
  };
  const ledger = ledgerUid(words.ledger ?? 'book');
  const [verb = '', target = '', ...rest] = body.split(' ');
  const has = (word: string) => rest.includes(word);
  const amount = /^[1-9M]/.test(rest[0] ?? '') ? withNumbers(rest[0] ?? '') : null;
  const effectiveAt = effect === undefined ? null : `${effect}T00:00:00.000000Z`;
  const dated = effectiveAt === null ? facts : { ...facts, effectiveAt };
  switch (verb) {
    case 'capture':
      return capture(ledger, idOf(target), { ...dated, amount, final: !has('keep') });
    case 'release':
      return release(ledger, idOf(target), facts);
    case 'expire':
      return expiry(ledger, idOf(target), facts);
    case 'revert':
      return revert(ledger, idOf(target), { ...dated, amount, force: has('force') });
    default: {
      const postings = withNumbers(body.replace(/^hold /, ''));
      if (verb !== 'hold') return transfer(ledger, postings, { ...facts, effectiveAt });
      const expiresAt = secondsLater(acceptedAt, lasting);
      return hold(ledger, postings, { ...facts, effectiveAt, expiresAt });
    }
  }
}
