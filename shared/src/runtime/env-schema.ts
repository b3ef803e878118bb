import { z } from 'zod';
import { QUEUE_BYTES_MAX, QUEUE_COMMANDS_MAX } from '../contract/limits.ts';

const port = z.coerce.number().int().min(1).max(65_535);

/** The variables that the API and the worker share; `.env.example` says what each means. */
export const commonEnv = {
  DATABASE_URL: z.string(),
  REDIS_URL: z.string(),
  HOST: z.string().default('127.0.0.1'),
  SHARDS: z.coerce.number().int().min(1).max(256).default(4),
  DURABILITY: z.enum(['checked', 'relaxed', 'asserted']).default('checked'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
} as const;

/** What may wait in a shard: the API refuses writes beyond it, the worker sends no ends of holds. */
export const queueEnv = {
  QUEUE_COMMANDS_MAX: z.coerce.number().int().min(1).default(QUEUE_COMMANDS_MAX),
  QUEUE_BYTES_MAX: z.coerce.number().int().min(1).default(QUEUE_BYTES_MAX),
} as const;

/** A port with its default. */
export function portEnv(byDefault: number) {
  return port.default(byDefault);
}

export type Durability = 'checked' | 'relaxed' | 'asserted';
