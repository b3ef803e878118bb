import { readDatabaseUrl } from './config.ts';
import { migrate } from './migrate.ts';

// The migrations as a program, for a container that runs once before the others: `node sql/src/migrate-main.ts`.
const say = (line: string) => void process.stdout.write(`${line}\n`);
const applied = await migrate(readDatabaseUrl(), { say });
process.stdout.write(`migrations: ${applied.length === 0 ? 'none missing' : applied.join(', ')}\n`);
