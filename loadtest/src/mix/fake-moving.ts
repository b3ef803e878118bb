import { MIX_ASSETS, type MixPosting, type Moving } from './command.ts';

/** A transfer for tests of 100 from `a` to `b`, with what a test cares about put over it. */
export function fakeMoving(about: Partial<Moving> & Pick<Moving, 'id'>): Moving {
  return {
    kind: 'transfer',
    postings: [fakePosting('a', 'b', 100n)],
    expiresIn: about.kind === 'hold' ? 60 : null,
    dependsOn: null,
    effectiveAt: null,
    ...about,
  };
}

export function fakePosting(source: string, destination: string, amount: bigint): MixPosting {
  return { source, destination, asset: MIX_ASSETS[0], amount };
}
