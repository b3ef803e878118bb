import { expect, test } from 'vitest';
import { createServerWatch } from './server-watch.ts';

const MINE = { installation: 'mine', redis: 'r', server: 'one', recovering: false };

test('another server, or a lost one, is a change; the same one is none', () => {
  const watch = createServerWatch();
  watch.see(MINE);
  watch.see({ ...MINE, redis: 'other' });
  expect(watch.changes()).toBe(0);
  watch.see({ ...MINE, server: 'two' });
  expect(watch.changes()).toBe(1);
  watch.lose();
  expect([watch.changes(), watch.bond()]).toEqual([2, null]);
});

test('a database of another installation than the first is refused until the right one answers', () => {
  const watch = createServerWatch();
  watch.see(MINE);
  const foreign = { ...MINE, installation: 'another' };
  expect(() => watch.see(foreign)).toThrow(
    /^Connection terminated by us: .* for installation mine, the database is of installation another$/,
  );
  // No connection to it is kept; it is known all the same.
  watch.lose();
  expect(watch.bond()).toEqual(foreign);
  expect(() => watch.refuse()).toThrow();
  watch.see(MINE);
  watch.refuse();
});

test('a database that is being restored is not read', () => {
  const watch = createServerWatch();
  expect(() => watch.see({ ...MINE, recovering: true })).toThrow(/^Connection terminated by us/);
  expect(() => watch.refuse()).toThrow(/is being restored/);
  // What it says of itself may be of long ago.
  expect(watch.bond()).toBeNull();
  watch.see(MINE);
  watch.refuse();
  expect(watch.bond()).toEqual(MINE);
});

test('a database without tables is not taken for another one', () => {
  const watch = createServerWatch();
  watch.see({ ...MINE, installation: null });
  watch.see(MINE);
  watch.see({ ...MINE, installation: null });
  watch.refuse();
  expect(() => watch.see({ ...MINE, installation: 'another' })).toThrow();
});
