import { expect, test } from 'vitest';
import { createAssignment } from './assignment.ts';

test.each([
  { shards: 4, processes: 1, share: 4 },
  { shards: 4, processes: 2, share: 2 },
  { shards: 4, processes: 3, share: 2 },
  { shards: 4, processes: 4, share: 1 },
  { shards: 4, processes: 9, share: 1 },
  { shards: 1, processes: 2, share: 1 },
])(
  'of $shards shards each of $processes processes wants $share',
  ({ shards, processes, share }) => {
    const fair = createAssignment(shards, () => processes);
    for (let shard = 0; shard < share; shard++) {
      expect(fair.wanting()).toBe(true);
      fair.take(shard);
    }
    expect(fair.wanting()).toBe(false);
    expect([0, 1, 2, 3].filter((shard) => fair.surplus(shard))).toEqual([]);
  },
);

test('when others come, what is too much is handed over one by one', () => {
  let processes = 1;
  const fair = createAssignment(4, () => processes);
  for (const shard of [2, 0, 3, 1]) fair.take(shard);
  processes = 2;
  const handedOver = [];
  for (let i = 0; i < 4; i++) {
    const surplus = [0, 1, 2, 3].filter((shard) => fair.surplus(shard));
    for (const shard of surplus) fair.giveUp(shard);
    handedOver.push(surplus);
  }
  expect(handedOver).toEqual([[3], [2], [], []]);
});
