import { QUEUE_CHUNKS_MAX } from '@razao/shared/contract/limits.ts';
import { commonEnv, portEnv } from '@razao/shared/runtime/env-schema.ts';
import { readEnv } from '@razao/shared/runtime/read-env.ts';
import { z } from 'zod';

const schema = z.object({
  ...commonEnv,
  PORT: portEnv(3000),
  QUEUE_CHUNKS_MAX: z.coerce.number().int().min(1).max(1_000_000).default(QUEUE_CHUNKS_MAX),
  RAZAO_DEV_KEY: z.string().min(8).optional(),
});

export type ApiConfig = z.output<typeof schema>;

/** The API's environment; throws with all faults at once. */
export function readConfig(): Readonly<ApiConfig> {
  return readEnv(schema, process.env);
}
