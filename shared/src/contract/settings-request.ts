import { z } from 'zod';
import { LIMIT_PATTERN } from './grammar.ts';
import { LIMITS_ASSETS_MAX } from './limits.ts';
import { metadataSchema } from './text-schema.ts';
import { assetSchema } from './transaction-request.ts';

/** The body of `PUT /v1/ledgers/{ledger}`. */
export const ledgerRequestSchema = z.strictObject({
  accounts: z.enum(['auto', 'explicit']).optional(),
  metadata: metadataSchema.optional(),
});

const limitSchema = z
  .string()
  .regex(LIMIT_PATTERN, { error: 'must be a string of 1 to 38 digits, or null for none' });

/** The body of `PUT .../accounts/{address}`: what is left out goes back to its default. */
export const accountRequestSchema = z.strictObject({
  frozen: z.enum(['none', 'debit', 'credit', 'both']).default('none'),
  metadata: metadataSchema.default({}),
  limits: z
    .record(
      assetSchema,
      z.strictObject({
        overdraft_limit: limitSchema.nullable().default('0'),
        max_balance: limitSchema.nullable().default(null),
      }),
    )
    .refine((limits) => Object.keys(limits).length <= LIMITS_ASSETS_MAX, {
      error: `must name at most ${LIMITS_ASSETS_MAX} assets`,
    })
    .default({}),
});
