import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import { call } from '../../support/http.ts';
import { BULK, type Draft } from '../load/draft.ts';
import type { Journal } from '../load/journal.ts';
import { writeHeaders } from '../load/writer.ts';
import { type Balance, nameOf, type Stored, type StoredHold } from './stored.ts';

/** So many of the youngest requests of each ledger are sent again, and so many accounts are read. */
const REQUESTS = 60;
const BALANCES = 30;

type Facts = {
  stored: readonly Stored[];
  holds: readonly StoredHold[];
  balances: ReadonlyMap<string, Balance>;
};

/**
 * Where an API, now that all is quiet, says something else of transactions and accounts than what is stored: to whoever reads
 * them, and to whoever sends their requests again.
 */
export async function compareAnswers(
  stack: Stack,
  ledgers: readonly string[],
  journal: Journal,
  facts: Facts,
): Promise<string[]> {
  const statuses = new Map<string, string>();
  for (const row of facts.stored)
    statuses.set(nameOf(row), row.outcome === 'posted' ? 'posted' : 'rejected');
  for (const hold of facts.holds) statuses.set(nameOf(hold), hold.status);
  const found = ledgers.map(async (ledger) => {
    const said = await askAgain(stack, ledger, journal.recent(ledger).slice(-REQUESTS));
    const stale = said.flatMap(({ way, id, status }) => {
      const is = statuses.get(nameOf({ ledger, id }));
      // Whoever sends again what Redis knows nothing of any more is accepted anew, and nothing comes of it.
      const anew =
        way === 'replay' && status === 'queued' && journal.told.mayBeForgotten(ledger, id);
      return status === is || anew
        ? []
        : [`stale: ${way} ${ledger} ${id} is answered ${status}, not ${is}`];
    });
    return [...stale, ...(await compareAccounts(stack, ledger, facts.balances))];
  });
  return (await Promise.all(found)).flat();
}

/**
 * Asks until there is an answer. The comparison of a few hundred thousand rows holds up this process, and with it the proxies on the
 * ways of all others: for a moment these find their stores silent.
 */
async function ask(...request: Parameters<typeof call>): ReturnType<typeof call> {
  let answer = await call(...request);
  const answered = async () => {
    if (answer.status === 503) answer = await call(...request);
    return answer.status !== 503;
  };
  await until('an API answers', answered);
  return answer;
}

type Said = { way: string; id: string; status: unknown };

async function askAgain({ apiUrls }: Stack, ledger: string, drafts: readonly Draft[]) {
  const url = `${apiUrls[0]}/v1/ledgers/${ledger}/transactions`;
  const said: Said[] = [];
  for (const { path, body, commands } of drafts) {
    const key = path === BULK ? null : (commands[0]?.key ?? null);
    const replay = await ask(`${url}${path}`, 'POST', body, writeHeaders(key, false));
    const data = path === BULK ? (replay.body['data'] as { status: unknown }[]) : [replay.body];
    for (const [i, { id }] of commands.entries()) {
      said.push({ way: 'replay', id, status: data[i]?.['status'] });
      const read = await ask(`${url}/${id}`, 'GET');
      said.push({ way: 'read', id, status: read.body['status'] });
    }
  }
  return said;
}

async function compareAccounts(
  { apiUrls }: Stack,
  ledger: string,
  balances: ReadonlyMap<string, Balance>,
): Promise<string[]> {
  const stale: string[] = [];
  const own = [...balances].filter(([name]) => name.startsWith(`${ledger} `));
  for (const [name, { posted, held }] of own.slice(0, BALANCES)) {
    const path = name.replace(' ', '/accounts/');
    const { body } = await ask(`${apiUrls[0]}/v1/ledgers/${path}`, 'GET');
    const [said] = Object.values(
      (body['balances'] ?? {}) as Record<string, Record<string, string>>,
    );
    if (said?.['posted'] !== String(posted) || said['held'] !== String(held))
      stale.push(`stale: ${name} is answered ${JSON.stringify(said)}, not ${posted} and ${held}`);
  }
  return stale;
}
