import { z } from 'zod';

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

/** A port with its default. */
export function portEnv(byDefault: number) {
  return port.default(byDefault);
}

export type Durability = 'checked' | 'relaxed' | 'asserted';
