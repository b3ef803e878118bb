import { commonEnv, portEnv } from '@razao/shared/runtime/env-schema.ts';
import { readEnv } from '@razao/shared/runtime/read-env.ts';
import { z } from 'zod';

const ROLES = ['committer', 'indexer', 'housekeeping'] as const;
export type Role = (typeof ROLES)[number];

const schema = z.object({
  ...commonEnv,
  WORKER_PORT: portEnv(3001),
  ROLES: z
    .string()
    .default(ROLES.join(','))
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES)).min(1)),
});

export type WorkerConfig = z.output<typeof schema>;

/** The worker's environment; throws with all faults at once. */
export function readConfig(): Readonly<WorkerConfig> {
  return readEnv(schema, process.env);
}
