import { READER_LEVEL } from '@razao/shared/contract/level.ts';
import {
  IDEMPOTENCY_WINDOW_SECONDS,
  IDEMPOTENCY_WINDOW_SECONDS_MIN,
} from '@razao/shared/contract/limits.ts';
import { commonEnv, portEnv, queueEnv } from '@razao/shared/runtime/env-schema.ts';
import { readEnv } from '@razao/shared/runtime/read-env.ts';
import { z } from 'zod';

const ROLES = ['committer', 'indexer', 'housekeeping'] as const;

const schema = z.object({
  ...commonEnv,
  ...queueEnv,
  WORKER_PORT: portEnv(3001),
  IDEMPOTENCY_WINDOW: z.coerce
    .number()
    .int()
    .min(IDEMPOTENCY_WINDOW_SECONDS_MIN)
    .max(IDEMPOTENCY_WINDOW_SECONDS)
    .default(IDEMPOTENCY_WINDOW_SECONDS),
  ROLES: z
    .string()
    .default(ROLES.join(','))
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES)).min(1)),
  RAZAO_READER_LEVEL: z.coerce.number().int().min(0).max(READER_LEVEL).optional(),
});

export type WorkerConfig = z.output<typeof schema>;

/** The worker's environment; throws with all faults at once. */
export function readConfig(): Readonly<WorkerConfig> {
  return readEnv(schema, process.env);
}

const queueToolSchema = z.object({ REDIS_URL: z.string(), SHARDS: commonEnv.SHARDS });

/** The environment of `npm run queue`. */
export function readQueueToolConfig(): Readonly<z.output<typeof queueToolSchema>> {
  return readEnv(queueToolSchema, process.env);
}

const storesSchema = z.object({ DATABASE_URL: z.string(), REDIS_URL: z.string() });

/** The environment of the commands that work on both stores: `npm run installation` and `npm run shards`. */
export function readStoresConfig(): Readonly<z.output<typeof storesSchema>> {
  return readEnv(storesSchema, process.env);
}
