import { formatAmount } from '@razao/shared/contract/amount.ts';
import { ASSET } from '../generate/transfer.ts';
import type { LoadResult } from '../scenarios/load-result.ts';
import { formatCounts } from './format-counts.ts';
import { formatLatency } from './format-latency.ts';
import { formatNumber } from './format-number.ts';
import { formatTable } from './format-table.ts';
import { formatUsage } from './format-usage.ts';

/** The report of one run of spread, hot or bulk. */
export function formatLoad(result: LoadResult): string {
  const { scenario, connections, accounts, seconds, ledger, problems } = result;
  const title = `${scenario}${formatBulk(result)}: ${connections} connections, ${formatNumber(seconds, 1)} s, ${formatNumber(accounts)} accounts, ledger ${ledger}`;
  const rates = formatTable([
    ['accepted', formatNumber(result.accepted), `${formatNumber(result.acceptedPerSecond)}/s`],
    ['posted', formatNumber(result.posted), `${formatNumber(result.postedPerSecond)}/s`],
    ['rejected', formatNumber(result.rejected)],
  ]);
  const rest = [
    formatBare(result),
    ...formatRequests(result),
    `moved     ${formatAmount(result.moved, ASSET)} of ${ASSET}`,
    `answers   ${formatCounts(result.statuses)}`,
    `latency   ${formatLatency(result.latencyMs)}`,
    `drained   ${formatNumber(result.drainSeconds, 2)} s after the last request`,
    `errors    ${formatCounts({ ...result.errors, 'refused, nothing stored': result.refused })}`,
    `settled   ${formatNumber(result.settled)} had no answer when the time was over: sent again`,
  ];
  const { database, wal, redis, aof } = result.storage;
  const bytes = (count: number) => `${formatNumber(count)} B`;
  const stored = `stored    ${bytes(database)} in Postgres, ${bytes(wal)} of its WAL, ${bytes(redis)} of Redis's memory, ${bytes(aof)} of its file, each`;
  const verdict =
    problems.length === 0
      ? [
          'verified  accepted = posted + rejected, nothing twice, all balances as computed, samples by HTTP',
        ]
      : problems.map((problem) => `DIFFERS   ${problem}`);
  const body = [...rates, ...rest, ...formatUsage(result.processes), stored, ...verdict];
  return [title, ...body.map((line) => `  ${line}`)].join('\n');
}

/** Machines differ, and change from one minute to the next: a ratio can be compared. */
function formatBare({ bare: { before, after }, acceptedPerSecond, postedPerSecond }: LoadResult) {
  const mean = (before + after) / 2;
  const ratio = (rate: number) => formatNumber(rate / mean, 2);
  return `bare      ${formatNumber(before)}/s before, ${formatNumber(after)}/s after: a route that does nothing; accepted ${ratio(acceptedPerSecond)}, posted ${ratio(postedPerSecond)} of it`;
}

function formatBulk({ bulk }: LoadResult): string {
  if (bulk === null) return '';
  const atomic = bulk.atomic ? ', atomic' : '';
  return ` of ${bulk.size}${atomic}${bulk.opposite ? ', opposite' : ''}`;
}

/** What a bulk's answers and latency are of. */
function formatRequests({ bulk, statuses, seconds }: LoadResult): string[] {
  if (bulk === null) return [];
  return [`bulks     ${formatNumber((statuses[202] ?? 0) / seconds, 1)}/s accepted`];
}
