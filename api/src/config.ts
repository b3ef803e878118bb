import { commonEnv, portEnv, queueEnv } from '@razao/shared/runtime/env-schema.ts';
import { readEnv } from '@razao/shared/runtime/read-env.ts';
import { z } from 'zod';

const schema = z.object({
  ...commonEnv,
  ...queueEnv,
  QUEUE_SECONDS_MAX: z.coerce.number().min(0).default(0),
  PORT: portEnv(3000),
  RAZAO_DEV_KEY: z.string().min(8).optional(),
});

export type ApiConfig = z.output<typeof schema>;

/** The API's environment; throws with all faults at once. */
export function readConfig(): Readonly<ApiConfig> {
  return readEnv(schema, process.env);
}
