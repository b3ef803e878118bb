import { expect, test } from 'vitest';
import { z } from 'zod';
import { bodyFaults, toPointer } from './faults.ts';

const schema = z.strictObject({
  list: z.array(z.strictObject({ n: z.number() })).optional(),
  map: z.record(z.string().max(3), z.string()).optional(),
});

test.each([
  [[], '#'],
  [['a'], '#/a'],
  [['a', 0, 'b'], '#/a/0/b'],
  [[''], '#/'],
  [['a/b', 'c~d', '~1'], '#/a~1b/c~0d/~01'],
  [['\ud800'], '#/\ufffd'],
])('the pointer to %j is %s', (path, pointer) => {
  expect(toPointer(path)).toBe(pointer);
});

test.each([
  [1, ['#']],
  [{ a: 1 }, ['#/a']],
  [{ a: 1, b: 2 }, ['#/a', '#/b']],
  [{ list: [{ n: 1 }, { n: '1' }] }, ['#/list/1/n']],
  [{ list: [{ n: 1, m: 1 }] }, ['#/list/0/m']],
  [{ map: { abcd: 'a' } }, ['#/map/abcd']],
  [{ map: { a: 1 } }, ['#/map/a']],
])('the faults of %j are at %j', (body, pointers) => {
  const parsed = schema.safeParse(body);
  const faults = parsed.error ? bodyFaults(parsed.error) : [];
  expect(faults).toEqual(
    pointers.map((pointer) => ({ pointer, detail: expect.stringMatching(/./) })),
  );
});
