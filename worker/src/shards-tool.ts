import { readStoresConfig } from './config.ts';
import { withStores } from './installation/with-stores.ts';
import { changeShards } from './shards/change-shards.ts';

const USAGE = `npm run shards -- N   spreads the ledgers over N shards; every API and worker must be stopped, and every queue be empty`;

try {
  const [count, ...more] = process.argv.slice(2);
  if (!/^\d{1,3}$/.test(count ?? '') || more.length > 0) throw new Error(USAGE);
  const moved = await withStores(readStoresConfig(), (stores) =>
    changeShards(stores, Number(count)),
  );
  console.log(
    `there are ${count} shards now; ${moved} keys were moved. Start everything with SHARDS=${count}`,
  );
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
