import {
  captureRequestSchema,
  releaseRequestSchema,
  revertRequestSchema,
} from '@razao/shared/contract/action-request.ts';
import { bulkRequestSchema } from '@razao/shared/contract/bulk-request.ts';
import { transactionRequestSchema } from '@razao/shared/contract/transaction-request.ts';
import { expect, test } from 'vitest';
import type { MixRequest } from '../command.ts';
import { createDice } from '../dice.ts';
import { writeMixRequest } from '../write-mix-request.ts';
import { createClient } from './create-client.ts';
import { createTargets } from './targets.ts';

function makeUp(count: number): MixRequest[] {
  const client = createClient(0, createTargets(), createTargets(), createDice());
  return Array.from({ length: count }, () => {
    const request = client.next();
    client.settle(true);
    return request;
  });
}

test('a request is the same until it is settled', () => {
  const client = createClient(3, createTargets(), createTargets(), createDice());
  const request = client.next();
  expect(client.next()).toBe(request);
  expect(client.outstanding()).toBe(request);
  client.settle(true);
  expect(client.outstanding()).toBeNull();
  expect(client.next()).not.toBe(request);
});

test('what was not accepted is acted on by nobody', () => {
  const own = createTargets();
  const client = createClient(3, own, createTargets(), createDice());
  for (let times = 0; times < 100; times++) {
    client.next();
    client.settle(false);
  }
  expect(own).toEqual(createTargets());
});

test('all kinds of commands come up, in all their forms', () => {
  const requests = makeUp(3_000);
  const commands = requests.flatMap((request) => request.commands);
  const forms = commands.flatMap((command) => {
    if (command.kind === 'release') return [command.kind];
    const { kind, effectiveAt } = command;
    const about = [`dated ${effectiveAt !== null}`];
    if ('postings' in command)
      about.push(`${command.postings.length}`, `${command.dependsOn !== null}`);
    return about.map((form) => `${kind} ${form}`);
  });
  const [transfer, hold, capture, revert, release] = [3 + 2 + 2, 3 + 2 + 1, 2, 2, 1];
  expect(new Set(forms).size).toBe(transfer + hold + capture + revert + release);
  const captures = commands.flatMap((command) => (command.kind === 'capture' ? [command] : []));
  expect(new Set(captures.map(({ amount, final }) => `${amount === null} ${final}`)).size).toBe(4);
  const reverts = commands.flatMap((command) => (command.kind === 'revert' ? [command] : []));
  expect(new Set(reverts.map(({ amount, force }) => `${amount === null} ${force}`)).size).toBe(4);
  const shapes = new Set(requests.map(({ shape, invalidAt }) => `${shape} ${invalidAt !== null}`));
  expect([...shapes].sort()).toEqual([
    'atomic false',
    'atomic true',
    'bulk false',
    'bulk true',
    'single false',
  ]);
  expect(requests.some(({ again }) => again)).toBe(true);
});

test('an id stands for one command', () => {
  const commands = makeUp(1_000)
    .filter(({ again }) => !again)
    .flatMap((request) => request.commands);
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});

test('everything that is sent is valid, but for the item that must not be', () => {
  for (const request of makeUp(1_000)) {
    const { below, body } = writeMixRequest(request);
    const given = JSON.parse(body);
    if (request.shape === 'single') {
      expect(schemaOf(below).safeParse(given).error).toBeUndefined();
      continue;
    }
    const { atomic, transactions } = bulkRequestSchema.parse(given);
    expect(atomic).toBe(request.shape === 'atomic');
    const invalid = transactions.flatMap((item, at) => {
      const { idempotency_key, ...transaction } = item as Record<string, unknown>;
      return transactionRequestSchema.safeParse(transaction).success ? [] : [at];
    });
    expect(invalid).toEqual(request.invalidAt === null ? [] : [request.invalidAt]);
    expect(transactions.length - invalid.length).toBe(request.commands.length);
  }
});

function schemaOf(below: string) {
  if (below.endsWith('/capture')) return captureRequestSchema;
  if (below.endsWith('/release')) return releaseRequestSchema;
  return below.endsWith('/revert') ? revertRequestSchema : transactionRequestSchema;
}
