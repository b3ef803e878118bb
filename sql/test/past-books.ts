import fc from 'fast-check';

/** Every balance of a book, each with an id one above its place here. All of them exist, used or not. */
export const BALANCES = ['world', 'a', 'b'].flatMap((address) =>
  ['BRL/2', 'USD/3'].map((asset) => ({ address, asset })),
);

/** What happened to a balance, once. Instants are in microseconds since 1970. */
export type Change = {
  balance: number;
  version: number;
  sequence: number;
  posted: bigint;
  /** Null: as it was posted. */
  effective: bigint | null;
  amount: bigint;
  held: bigint;
};
/** The instant of each sequence, and what changed; a commit's changes have one instant, and may share it with the next. */
export type Book = { instants: bigint[]; commits: Change[][] };

type Move = {
  kind: 'transfer' | 'hold' | 'capture' | 'release' | 'rejected';
  postings: { from: number; to: number; amount: bigint }[];
  effective: bigint | null;
};

const START = BigInt(Date.UTC(2026, 0)) * 1_000n;
const YEAR = 31_536_000_000_000n;

/** Commits of transfers with and without a date, holds, their captures and releases, and rejections. */
export function books(): fc.Arbitrary<Book> {
  // Where spans of each level begin and end, on both sides of 1970; among the postings; and up to a year ahead.
  const few = fc.bigInt(-1n, 1n);
  const edge = fc
    .tuple(few, few, few, few)
    .map(([a, b, c, d]) => (a << 36n) + (b << 24n) + (c << 12n) + d);
  const near = fc.bigInt(-9n, 9n).map((n) => START + n);
  const ahead = fc.bigInt(0n, YEAR).map((n) => START + n);
  const posting = fc
    .record({ pair: fc.shuffledSubarray([0, 2, 4], { minLength: 2, maxLength: 2 }) })
    .chain(({ pair: [from = 0, to = 0] }) =>
      fc.record({ asset: fc.nat(1), amount: fc.bigInt(1n, 30n) }).map(({ asset, amount }) => {
        return { from: from + asset, to: to + asset, amount };
      }),
    );
  const move: fc.Arbitrary<Move> = fc.record({
    kind: fc.constantFrom('transfer', 'transfer', 'hold', 'capture', 'release', 'rejected'),
    postings: fc.array(posting, { minLength: 1, maxLength: 3, size: 'max' }),
    effective: fc.option(fc.oneof(edge, near, ahead), { freq: 2 }),
  });
  const commit = fc.record({
    after: fc.constantFrom(0n, 1n, 2n, 4_096n, 1_000_000n),
    moves: fc.array(move, { minLength: 1, maxLength: 5, size: 'max' }),
  });
  return fc.array(commit, { minLength: 1, maxLength: 9, size: 'max' }).map(toBook);
}

type Work = {
  book: Book;
  posted: bigint;
  versions: number[];
  /** What is held and not captured or released yet, the oldest first. */
  open: { from: number; to: number; left: bigint }[];
};

function toBook(drafts: readonly { after: bigint; moves: readonly Move[] }[]): Book {
  const book: Book = { instants: [], commits: [] };
  const work: Work = { book, posted: START, versions: [], open: [] };
  for (const { after, moves } of drafts) {
    work.posted += after;
    book.commits.push([]);
    for (const move of moves) {
      book.instants.push(work.posted);
      make(work, move);
    }
  }
  return book;
}

function make(work: Work, { kind, postings, effective }: Move): void {
  if (kind === 'capture' || kind === 'release') {
    end(work, kind, postings[0]?.amount ?? 1n);
    return;
  }
  for (const { from, to, amount } of kind === 'rejected' ? [] : postings) {
    if (kind === 'hold') {
      change(work, from, { held: amount });
      work.open.push({ from, to, left: amount });
    } else {
      change(work, from, { amount: -amount, effective });
      change(work, to, { amount, effective });
    }
  }
}

/** Captures a part of the oldest hold, or releases what is left of it; nothing where none is open. */
function end(work: Work, kind: 'capture' | 'release', wanted: bigint): void {
  const [hold] = work.open;
  if (!hold) return;
  const { from, to, left } = hold;
  const moved = kind === 'release' || wanted > left ? left : wanted;
  hold.left -= moved;
  if (hold.left === 0n) work.open.shift();
  if (kind === 'release') {
    change(work, from, { held: -moved });
    return;
  }
  change(work, from, { amount: -moved, held: -moved });
  change(work, to, { amount: moved });
}

function change({ book, posted, versions }: Work, balance: number, what: Partial<Change>): void {
  const version = (versions[balance] ?? 0) + 1;
  versions[balance] = version;
  const place = { balance, version, sequence: book.instants.length, posted };
  book.commits.at(-1)?.push({ ...place, effective: null, amount: 0n, held: 0n, ...what });
}

export function sum(changes: readonly Change[], of: 'amount' | 'held'): string {
  return String(changes.reduce((total, change) => total + change[of], 0n));
}

/** Microseconds since 1970 as RFC 3339. */
export function textOf(micros: bigint): string {
  const below = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - below) / 1_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(below).padStart(6, '0')}Z`;
}
