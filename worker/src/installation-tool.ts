import { readStoresConfig } from './config.ts';
import { type Adopted, adopt, drop } from './installation/adopt.ts';
import { type Survey, survey } from './installation/survey.ts';
import { type Stores, withStores } from './installation/with-stores.ts';

const USAGE = `npm run installation             shows what lies in Postgres and in Redis, and whether they belong together
npm run installation -- adopt    declares that they do, as they are: after one was lost, restored or replaced
npm run installation -- drop ID  deletes what another installation has in this Redis`;

function show({ database, redis, halted }: Survey): void {
  const { installation, redis: noted, shards, ledgers } = database;
  console.log(
    `Postgres   installation ${installation ?? 'none'}, works with Redis ${noted ?? 'none yet'}; ${shards || 'no'} shards, ${ledgers} ledgers`,
  );
  const { bond, holdings } = redis;
  console.log(
    bond
      ? `Redis      installation ${bond.installation}, is its Redis ${bond.redis}`
      : 'Redis      belongs to no installation',
  );
  for (const { installation, chunks, aside, records, balances } of holdings)
    console.log(
      `  of ${installation}: ${chunks} chunks wait, ${aside} set aside; ${records} records, ${balances} balances`,
    );
  if (halted !== null) console.log(`Halted     ${halted}`);
  const together = bond?.installation === installation && bond?.redis === noted;
  console.log(
    together && halted === null ? 'They belong together.' : 'They do not belong together.',
  );
}

function told({ installation, redis, shards, healed, forgotten, waiting }: Adopted): string {
  if (healed)
    return `installation ${installation} goes on with Redis ${redis}: the database has everything that was posted: nothing was forgotten`;
  return `installation ${installation} works with Redis ${redis}: ${forgotten} records and balances were forgotten, ${waiting} commands wait and will be posted, by workers with SHARDS=${shards}`;
}

async function run(args: readonly string[], stores: Stores): Promise<void> {
  const [action, subject, ...more] = args;
  if (action === undefined) return show(await survey(stores));
  if (action === 'adopt' && subject === undefined) {
    console.log(told(await adopt(stores)));
  } else if (action === 'drop' && subject !== undefined && more.length === 0) {
    console.log(`${await drop(stores, subject)} keys of ${subject} were deleted`);
  } else throw new Error(USAGE);
}

try {
  await withStores(readStoresConfig(), (stores) => run(process.argv.slice(2), stores));
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
