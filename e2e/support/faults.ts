import { until } from '@razao/stack/test/until.ts';
import type { Client } from 'pg';

/** Something of the infrastructure that goes wrong for a while. */
export type Fault = {
  name: string;
  /** The SQLSTATE that a committer meets. */
  sqlstate: string;
  /** The committer helps itself, without the fault being lifted. */
  helped?: true;
  /** It may pass by itself, so that it can be watched for so long only. */
  msMax?: number;
  /** It is met where a committer connects: there is no commit whose retries could be counted. */
  connecting?: true;
  inject(tools: FaultTools): Promise<void>;
  lift(tools: FaultTools): Promise<void>;
  /** Removes what is left once all was posted. */
  clean?(tools: FaultTools): Promise<void>;
};

/** Two sessions: `other` may be kept waiting. `open` opens one more, which fails where there is no room. */
export type FaultTools = { client: Client; other: Client; open(): Promise<Client>; ledger: string };

/** A statement into the entries fails with this code, whatever it is. */
export function raised(name: string, sqlstate: string): Fault {
  return {
    name,
    sqlstate,
    async inject({ client }) {
      await client.query(
        `create function fault() returns trigger language plpgsql
         as $$ begin raise exception 'injected: ${name}' using errcode = '${sqlstate}'; end $$;
         create trigger fault before insert on entries for each statement execute function fault()`,
      );
    },
    async lift({ client }) {
      await client.query('drop function fault cascade');
    },
  };
}

/** The schema is another one for a while. */
function altered(name: string, sqlstate: string, there: string, back: string): Fault {
  return {
    name,
    sqlstate,
    inject: ({ client }) => client.query(there).then(() => {}),
    lift: ({ client }) => client.query(back).then(() => {}),
  };
}

/** Settings of the whole server, which reach sessions that are open already. */
async function setSystem(client: Client, name: string, value: string | null): Promise<void> {
  await client.query(
    value === null ? `alter system reset ${name}` : `alter system set ${name} = '${value}'`,
  );
  await client.query('select pg_reload_conf()');
}

const COMMITTER_WAITS = `select pid from pg_stat_activity
  where application_name like 'razao committer%' and wait_event_type = 'Lock'`;

/** Locks the entries away, and resolves with the session that waits for them in the middle of its commit. */
async function lockEntries({ client, other }: FaultTools): Promise<number> {
  await other.query('begin; lock table entries in access exclusive mode');
  let pid = 0;
  await until('a commit waits', async () => {
    pid = (await client.query<{ pid: number }>(COMMITTER_WAITS)).rows[0]?.pid ?? 0;
    return pid !== 0;
  });
  return pid;
}

/** Longer than a statement may take, whatever it writes. */
export const slow: Fault = {
  name: 'a statement that takes too long',
  sqlstate: '57014',
  async inject({ client }) {
    await client.query(
      `create function fault() returns trigger language plpgsql
       as $$ begin perform pg_sleep(3600); return null; end $$;
       create trigger fault before insert on entries for each statement execute function fault()`,
    );
  },
  lift: ({ client }) => client.query('drop function fault cascade').then(() => {}),
};

/** Longer than a commit waits for a lock. */
const lockedAway: Fault = {
  name: 'a lock that is not to be had',
  sqlstate: '55P03',
  async inject(tools) {
    await lockEntries(tools);
  },
  lift: ({ other }) => other.query('rollback').then(() => {}),
};

const cancelled: Fault = {
  name: 'a statement that is cancelled',
  sqlstate: '57014',
  async inject(tools) {
    const pid = await lockEntries(tools);
    await tools.client.query('select pg_cancel_backend($1)', [pid]);
  },
  lift: ({ other }) => other.query('rollback').then(() => {}),
};

/** Only the committer looks for deadlocks in time, so it is the victim. */
const deadlock: Fault = {
  name: 'a deadlock',
  sqlstate: '40P01',
  async inject(tools) {
    await tools.other.query(`set deadlock_timeout = '1min'`);
    await lockEntries(tools);
    // Waits for the commit that waits for us.
    await tools.other.query('select 1 from ledgers where name = $1 for update', [tools.ledger]);
  },
  lift: ({ other }) => other.query('rollback').then(() => {}),
};

const END_COMMITTERS = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name like 'razao committer%'`;

const readOnly: Fault = {
  name: 'a server that is read-only',
  sqlstate: '25006',
  inject: ({ client }) => setSystem(client, 'default_transaction_read_only', 'on'),
  async lift({ client }) {
    await client.query('set default_transaction_read_only = off');
    await setSystem(client, 'default_transaction_read_only', null);
  },
};

/** As a standby's: a session that was opened meanwhile is read-only for good. */
const readOnlySessions: Fault = {
  name: 'sessions that stay read-only',
  sqlstate: '25006',
  connecting: true,
  async inject({ client }) {
    await client.query(
      `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
    );
    await client.query(END_COMMITTERS);
  },
  async lift({ client }) {
    await client.query('set default_transaction_read_only = off');
    await client.query(
      `do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$`,
    );
  },
};

const crowd: Client[] = [];
const tooManyConnections: Fault = {
  name: 'no connection that is free',
  sqlstate: '53300',
  connecting: true,
  // A pool closes what is idle for ten seconds, and a committer takes its place.
  msMax: 1_000,
  async inject({ client, open }) {
    /** Takes whatever is free, or becomes free within this time. */
    const fill = async (ms: number) => {
      for (let end = performance.now() + ms; performance.now() < end; ) {
        await open().then(
          (one) => {
            crowd.push(one);
            end = performance.now() + ms;
          },
          () => {},
        );
      }
    };
    await until('there is no room for a committer', async () => {
      await fill(50);
      const ended = await client.query(END_COMMITTERS);
      // For less time than they wait before they connect again.
      await fill(100);
      return ended.rowCount === 0;
    });
  },
  async lift() {
    await Promise.all(crowd.splice(0).map((one) => one.end()));
  },
};

export const FAULTS: readonly Fault[] = [
  raised('a full disk', '53100'),
  raised('no memory left', '53200'),
  raised('a serialization failure', '40001'),
  raised('an internal error', 'XX000'),
  altered(
    'a missing column',
    '42703',
    'alter table balances rename posted to posted_once',
    'alter table balances rename posted_once to posted',
  ),
  altered(
    'a missing table',
    '42P01',
    'alter table entries rename to entries_once',
    'alter table entries_once rename to entries',
  ),
  {
    helped: true,
    ...altered(
      'a column of another type',
      '0A000',
      'alter table ledgers alter settings_version type integer',
      'alter table ledgers alter settings_version type bigint',
    ),
  },
  cancelled,
  lockedAway,
  deadlock,
  readOnly,
  readOnlySessions,
  tooManyConnections,
];
