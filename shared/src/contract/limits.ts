/** Every bound of the product in one place, the unit last in its name. Related bounds are asserted together below. */

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

// The HTTP contract.
export const BODY_BYTES_MAX = 64 * KIB;
export const POSTINGS_MAX = 100;
export const BULK_BYTES_MAX = 2 * MIB;
export const BULK_TRANSACTIONS_MAX = 1_000;
export const BULK_POSTINGS_MAX = 2_000;
export const HOLD_SECONDS_MAX = 366 * 24 * 3_600;
/** Requests that one connection may have under way. */
export const PIPELINED_MAX = 16;
export const AMOUNT_DIGITS_MAX = 38;
export const ADDRESS_CHARS_MAX = 255;
export const METADATA_KEYS_MAX = 50;
export const METADATA_KEY_CHARS_MAX = 64;
export const METADATA_VALUE_CHARS_MAX = 500;
export const DESCRIPTION_CHARS_MAX = 500;
export const REFERENCE_CHARS_MAX = 200;
export const IDEMPOTENCY_KEY_CHARS_MAX = 255;
export const LIMITS_ASSETS_MAX = 100;
export const EFFECTIVE_AHEAD_MS_MAX = 366 * 24 * HOUR;
export const WAIT_SECONDS_MAX = 10;
/** The first amount that no longer fits: a balance stays strictly between minus and plus this. */
export const AMOUNT_LIMIT = 10n ** BigInt(AMOUNT_DIGITS_MAX);

// Intake: what an API process gathers before Redis has it.
export const CHUNK_COMMANDS_MAX = 1_000;
export const CHUNK_BYTES_MAX = 1 * MIB;
/** How long a record may name a chunk that is on its way to the queue: after `FLUSH_MS_MAX` it never gets there. */
export const CHUNK_UNDER_WAY_MS_MAX = 5 * SECOND;
/** Callers waiting in one process for one shard's chunk; more are answered 503. */
export const INTAKE_PENDING_MAX = 20_000;
/** While chunks carry so many commands, the next flush begins so long after the last one began, or once `enough` wait. */
export const BUSY_FLUSHES = { busy: 24, intervalMs: 5, enough: 40 };

// Queue: what may wait in Redis before writes are refused. Four shards full of transfers take 70 % of the memory that `npm start`
// gives Redis.
export const QUEUE_COMMANDS_MAX = 500_000;
export const QUEUE_BYTES_MAX = 512 * MIB;
export const REDIS_MEMORY_SHARE_MAX = 0.7;
/** Whatever it is full of: a Redis that is full can neither take a chunk nor hand one out. */
export const REDIS_USED_SHARE_MAX = 0.95;
/** For so long what waits is taken for what it was. */
export const BACKLOG_AGE_MS_MAX = 50;
/** A committer that has more to do than it has in hand tells its pace so often; it is believed for so long. */
export const DRAIN_RATE_MS = 1 * SECOND;
export const DRAIN_RATE_KEPT_MS = 10 * SECOND;
/** A client that is refused is never told to stay away for longer. */
export const RETRY_AFTER_SECONDS_MAX = 60;

/** For so long, counted from the first, an API that is just starting lets its requests wait. */
export const START_HOLD_MS_MAX = 5 * SECOND;

// Committer.
export const BATCH_COMMANDS_MAX = 2_000;
export const BATCH_POSTINGS_MAX = 10_000;
/** While commits carry so many commands, the next begins so long after the last one began. */
export const BUSY_COMMITS = { busy: 80, intervalMs: 50 };
/** What a committer has fetched beyond the commit under way: no more is asked for from here on. */
export const HAND_COMMANDS_MAX = 2_500;
export const FETCH_CHUNKS_MAX = 16;
/** While fetches bring so many commands, the next begins so long after the last one began, unless somebody waits for it. */
export const BUSY_FETCHES = { busy: 24, intervalMs: 40 };
/** Balances that a session remembers between commits: about 300 bytes each. */
export const KNOWN_BALANCES_MAX = 200_000;
export const PROCESSING_FAILED_PER_MINUTE_MAX = 3;

// Deaths: what a process says of itself in Redis, and what its silence proves.
export const OWNER_BEAT_MS = 1 * SECOND;
/** A process that has said nothing for so long, and has not said that it ends, is dead; until it speaks again. */
export const OWNER_SILENT_MS = 5 * SECOND;
/** What it said is kept for so long. */
export const OWNER_KEPT_MS = 24 * HOUR;
/** A shard whose committer has said nothing for so long is shown as without one. */
export const COMMITTER_SILENT_MS = 4 * SECOND;
export const COMMITTERS_READ_MS = 1 * SECOND;
/** Processes that died with a chunk in hand until it runs alone. */
export const ORPHANINGS_BEFORE_ALONE = 2;
/** Into how many parts what killed a process is split: two deaths lead to one of a thousand commands. */
export const SUSPECT_PARTS = 32;
/** Processes that died while they did nothing but try this one command, or atomic bulk. */
export const DEATHS_BEFORE_REJECTION = 3;

// Fencing: the holder stops fetching before the server can give its lock to another.
export const LOCK_HEARTBEAT_MS = 1 * SECOND;
export const LOCK_ANSWER_AGE_MS_MAX = 3 * SECOND;
export const LOCK_IDLE_IN_TRANSACTION_MS = 4 * SECOND;
export const LOCK_IDLE_SESSION_MS = 6 * SECOND;
export const LOCK_POLL_MS = 250;
/** A process that holds its share of the shards asks for further ones less often: whoever has fewer is served first. */
export const LOCK_POLL_SATED_MS = 500;
export const ROLL_CALL_MS = 1 * SECOND;
/** Where a chunk needs a newer version of the worker: how often one that waits for such a worker looks whether it was there. */
export const NEWER_LOOK_MS = 1 * SECOND;
/** So long after it met one, a worker does not ask for its share of the shards: newer ones are to keep them. */
export const NEWER_ABSENT_MS = 30 * SECOND;
/** A committer that cannot work with Redis for so long gives the lock to one that can. */
export const REDIS_LOST_MS_MAX = 2 * SECOND;
export const COMMIT_STATEMENT_MS_MAX = 8 * SECOND;
export const COMMIT_CLIENT_MS_MAX = 10 * SECOND;
/** A commit that takes less may be tried with twice as much. */
export const COMMIT_QUICK_MS_MAX = 2 * SECOND;
/** How long a commit waits for a lock that somebody else has, before it is rolled back and tried again. */
export const COMMIT_LOCK_MS_MAX = 3 * SECOND;
/** The same where all other shards of the process wait for this commit. */
export const ALONE_LOCK_MS_MAX = 1 * SECOND;
/** A commit that is not done so long after its process was told to stop is cut off with its session. */
export const STOP_COMMIT_MS_MAX = 4 * SECOND;

// Statuses and balances in Redis: a cache, and the window in which a reused key is noticed at once. It shortens while memory is
// short: from the first of these shares of Redis's memory on, to the least at the second, where balances go; at the third all goes.
export const IDEMPOTENCY_WINDOW_SECONDS = 3_600;
export const IDEMPOTENCY_WINDOW_SECONDS_MIN = 60;
export const MEMORY_SHARES = { shortens: 0.5, shortest: 0.75, full: 0.85 };
/** How often a worker looks at the memory. */
export const MEMORY_LOOK_MS = 250;
/** Keys that are looked at in one step of a sweep, by how short memory is; Redis looks at some 400 in a millisecond. */
export const SWEEP_KEYS = { atFirst: 400, short: 1_600, full: 4_000 };
/** For so long one process sweeps for all, counted from its last step. */
export const SWEEP_LEASE_MS = 5 * SECOND;

/** Chunks that are searched for an id that has no record; where more wait, its record is trusted to be there. */
export const SEARCHED_CHUNKS_MAX = 200;

// Waiting.
export const WAITERS_MAX = 20_000;
export const WAIT_POLL_MS = 250;
/** Of one shard at once: more would hold up the process, and Redis. */
export const WAIT_POLL_KEYS_MAX = 1_000;

// Processes.
export const REDIS_COMMAND_MS_MAX = 2 * SECOND;
export const REDIS_RETRY_MS = 200;
/** How often a process looks whether its Redis still belongs to its installation. */
export const BOND_WATCH_MS = 1 * SECOND;
/** A Redis that is asked so often, and says nothing for so long, is connected to anew. */
export const REDIS_HEARTBEAT_MS = 500;
export const REDIS_SILENT_MS_MAX = 3 * SECOND;
export const SETTINGS_STATEMENT_MS_MAX = 2 * SECOND;
/** How long a statement that writes settings waits for a lock, and lives; they stand in `settings_statement()` too. */
export const SETTINGS_LOCK_MS_MAX = 1.5 * SECOND;
export const SETTINGS_TRANSACTION_MS_MAX = 2.5 * SECOND;
export const READ_STATEMENT_MS_MAX = 5 * SECOND;
export const STOP_DEADLINE_MS = 10 * SECOND;
export const LEDGER_CACHE_MAX = 10_000;

// The clock: Postgres's, as each process estimates it.
/** A process whose own clock differs by more is not ready. */
export const CLOCK_SKEW_MS_MAX = 30 * SECOND;
/** A ledger whose last posting lies further ahead of Postgres's clock is not posted to, unless an operator has decided on more. */
export const CLOCK_AHEAD_MS_MAX = 60 * SECOND;
/** A commit that was refused for it is tried again within less. */
export const CLOCK_REFUSAL_MS_MAX = 15 * SECOND;
/** Answers of a server from which its time is known: the fastest of so long. */
export const CLOCK_SAMPLE_MS_MAX = 10 * SECOND;
/** By how much an estimate may be wrong beyond what its answers say: clocks drift, and are steered. */
export const CLOCK_ERROR_MS_MAX = 500;
/** How long after the instant of its acceptance a command may enter the queue. */
export const FLUSH_MS_MAX = 2 * SECOND;

// Expiry of holds.
/** From its instant on a hold can only expire; its end is sent so much later, behind all that was accepted before. */
export const EXPIRY_GRACE_MS = FLUSH_MS_MAX + CLOCK_ERROR_MS_MAX;
export const EXPIRY_SWEEP_MS = 500;
/** A sweep that left holds since others wait still is followed by the next so soon. */
export const EXPIRY_BUSY_SWEEP_MS = 200;
/** Holds that one sweep ends; the oldest first. */
export const EXPIRIES_PER_SWEEP_MAX = 1_000;
/** Commands in a shard's queue, of whomever, from which on expiries are added no faster than a page in `EXPIRY_SWEEP_MS`. */
export const EXPIRY_COMMANDS_AHEAD_MAX = 3_000;
/** Expiries that a process may have in a shard's queue: two batches, so that its committer has always one. */
export const EXPIRIES_WAITING_MAX = 4_000;
/** Expiries that a process remembers to have sent: about 150 bytes each. */
export const EXPIRIES_REMEMBERED_MAX = 200_000;
/** An expiry that is not posted after so long is sent again: once more does no harm. */
export const EXPIRY_RESEND_MS = 60 * SECOND;

const relations: readonly [boolean, string][] = [
  [BULK_TRANSACTIONS_MAX <= CHUNK_COMMANDS_MAX, 'a bulk fits into a chunk'],
  [2 * CHUNK_COMMANDS_MAX < QUEUE_COMMANDS_MAX, 'a chunk of a lone ledger may always wait'],
  [BULK_POSTINGS_MAX <= BATCH_POSTINGS_MAX, 'a bulk fits into a batch'],
  [CHUNK_COMMANDS_MAX <= BATCH_COMMANDS_MAX, 'a chunk fits into a batch'],
  [LOCK_HEARTBEAT_MS < LOCK_ANSWER_AGE_MS_MAX, 'a heartbeat is due before an answer is too old'],
  [
    LOCK_ANSWER_AGE_MS_MAX < LOCK_IDLE_IN_TRANSACTION_MS,
    'fetching ends before the lock can pass on',
  ],
  [LOCK_ANSWER_AGE_MS_MAX < LOCK_IDLE_SESSION_MS, 'fetching ends before the lock can pass on'],
  [
    FLUSH_MS_MAX + CLOCK_ERROR_MS_MAX < CHUNK_UNDER_WAY_MS_MAX,
    'a chunk under way is queued or given up by then',
  ],
  [
    FLUSH_MS_MAX + CLOCK_ERROR_MS_MAX <= EXPIRY_GRACE_MS,
    'an expiry is sent behind all that was accepted before its instant',
  ],
  [REDIS_COMMAND_MS_MAX <= FLUSH_MS_MAX, 'what Redis does within the time of its call is in time'],
  [CLOCK_ERROR_MS_MAX < CLOCK_SKEW_MS_MAX, 'what may be an error of the estimate is no skew'],
  [COMMIT_STATEMENT_MS_MAX < COMMIT_CLIENT_MS_MAX, 'the server gives up before the client'],
  [
    SETTINGS_TRANSACTION_MS_MAX < COMMIT_LOCK_MS_MAX,
    'no settings write outlasts the patience of a commit',
  ],
  [COMMIT_LOCK_MS_MAX < COMMIT_STATEMENT_MS_MAX, 'waiting for a lock is told from being slow'],
  [COMMIT_QUICK_MS_MAX * 2 < COMMIT_STATEMENT_MS_MAX, 'twice as much is not too slow at once'],
  [
    CHUNK_COMMANDS_MAX + BATCH_COMMANDS_MAX < EXPIRIES_WAITING_MAX,
    'a committer that ends a batch of expiries has the next',
  ],
  [COMMIT_LOCK_MS_MAX < STOP_COMMIT_MS_MAX, 'a commit that waits for a lock ends by itself'],
  [3 * OWNER_BEAT_MS < COMMITTER_SILENT_MS, 'a live committer may be late'],
  [COMMITTER_SILENT_MS < OWNER_SILENT_MS, 'who is dead commits nothing'],
];
for (const [holds, law] of relations) {
  if (!holds) throw new Error(`limits.ts contradicts itself: ${law}`);
}
