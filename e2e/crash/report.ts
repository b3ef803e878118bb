import type { RoundResult } from './kill/run-round.ts';

/** Rounds of one kind; recoveries in milliseconds, of the slowest ledger in each. */
export type KindSummary = {
  kind: string;
  kills: number;
  p50Ms: number | null;
  maxMs: number | null;
  limitMs: number;
};

export type Report = {
  ok: boolean;
  seed: number;
  kills: number;
  seconds: number;
  /** Commands that were answered, once each. */
  accepted: number;
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
  violations: string[];
};

/** Recoveries by what was killed, alone before pairs. */
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
      };
    })
    .sort((a, b) => a.kind.split('+').length - b.kind.split('+').length);
}

/** The report for people. */
export function formatReport(report: Report): string {
  return [
    `seed ${report.seed}: ${report.kills} rounds in ${report.seconds} s`,
    `accepted ${report.accepted}, posted ${report.posted}, held ${report.held}, rejected ${report.rejected}`,
    `rejections ${list(report.rejections)}`,
    `holds ${list(report.holds)}`,
    `replays ${report.replays}, reused keys refused ${report.conflicts}, reads ${report.reads}, sent again ${report.retries}`,
    `answers ${list(report.answers)}`,
    '',
    ...table([
      ['killed', 'times', 'posting again: p50 ms', 'max ms', 'limit ms'],
      ...report.kinds.map(({ kind, kills, p50Ms, maxMs, limitMs }) =>
        [kind, kills, p50Ms ?? 'never', maxMs ?? 'never', limitMs].map(String),
      ),
    ]),
    '',
    report.ok
      ? 'nothing lost, doubled or out of order; every law holds'
      : `${report.violations.length} violations, seed ${report.seed}`,
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
