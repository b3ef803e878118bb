import type { RoundResult } from './rounds/run-round.ts';

/**
 * Rounds of one kind; recoveries in milliseconds, of the slowest ledger in each. `caughtUpMaxMs`: until all that had waited
 * was posted.
 */
export type KindSummary = {
  kind: string;
  kills: number;
  p50Ms: number | null;
  maxMs: number | null;
  limitMs: number;
  caughtUpMaxMs: number | null;
};

export type Report = {
  ok: boolean;
  seed: number;
  /** The kinds that were drawn from; null: all. */
  only: string[] | null;
  kills: number;
  seconds: number;
  /** Commands that were answered, once each. */
  accepted: number;
  /** Of these, commands that were told just before their store was brought back to an earlier state. */
  mayBeLost: number;
  posted: number;
  held: number;
  rejected: number;
  rejections: Record<string, number>;
  /** How holds ended. */
  holds: Record<string, number>;
  replays: number;
  conflicts: number;
  reads: number;
  /** Requests that were sent again for want of an answer. */
  retries: number;
  answers: Record<string, number>;
  kinds: KindSummary[];
  rounds: RoundResult[];
  /** The violations by their first words. */
  faults: Record<string, number>;
  violations: string[];
};

/** Recoveries by what was broken, alone before pairs. */
export function summariseKinds(rounds: readonly RoundResult[]): KindSummary[] {
  const byKind = Map.groupBy(rounds, ({ kind }) => kind);
  return [...byKind]
    .map(([kind, group]) => {
      const times = group.map(({ recoveryMs }) => recoveryMs ?? Number.POSITIVE_INFINITY);
      const sorted = times.toSorted((a, b) => a - b);
      return {
        kind,
        kills: group.length,
        p50Ms: finite(sorted[(sorted.length - 1) >> 1]),
        maxMs: finite(sorted.at(-1)),
        limitMs: group[0]?.limitMs ?? 0,
        caughtUpMaxMs: finite(
          Math.max(...group.map(({ caughtUp }) => caughtUp.ms ?? Number.POSITIVE_INFINITY)),
        ),
      };
    })
    .sort((a, b) => a.kind.split('+').length - b.kind.split('+').length);
}

/** How many violations there are of each kind: what stands before their colon. */
export function countFaults(violations: readonly string[]): Record<string, number> {
  const groups = Map.groupBy(violations, (text) => text.split(':')[0] ?? '');
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.length]).sort());
}

/** The report for people. */
export function formatReport(report: Report): string {
  return [
    `seed ${report.seed}${report.only ? `, only ${report.only.join(',')}` : ''}: ${report.kills} rounds in ${report.seconds} s`,
    `accepted ${report.accepted} (${report.mayBeLost} that a restore might undo), posted ${report.posted}, held ${report.held}, rejected ${report.rejected}`,
    `rejections ${list(report.rejections)}`,
    `holds ${list(report.holds)}`,
    `replays ${report.replays}, reused keys refused ${report.conflicts}, reads ${report.reads}, sent again ${report.retries}`,
    `answers ${list(report.answers)}`,
    '',
    ...table([
      ['broken', 'times', 'posting again: p50 ms', 'max ms', 'limit ms', 'caught up: max ms'],
      ...report.kinds.map(({ kind, kills, p50Ms, maxMs, limitMs, caughtUpMaxMs }) =>
        [kind, kills, p50Ms ?? 'never', maxMs ?? 'never', limitMs, caughtUpMaxMs ?? 'never'].map(
          String,
        ),
      ),
    ]),
    '',
    report.ok
      ? 'nothing lost, doubled, out of order, wrongly rejected, misplaced or told back; every law holds'
      : `${report.violations.length} violations, seed ${report.seed}: ${list(report.faults)}`,
  ].join('\n');
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column))))
      .join('  '),
  );
}

function finite(value: number | undefined): number | null {
  return value === undefined || value === Number.POSITIVE_INFINITY ? null : value;
}
