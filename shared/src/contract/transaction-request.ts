import { z } from 'zod';
import { ADDRESS_PATTERN, AMOUNT_PATTERN, ASSET_PATTERN, UUID_PATTERN } from './grammar.ts';
import {
  DESCRIPTION_CHARS_MAX,
  EFFECTIVE_AHEAD_MS_MAX,
  HOLD_SECONDS_MAX,
  POSTINGS_MAX,
  REFERENCE_CHARS_MAX,
} from './limits.ts';
import { metadataSchema, textSchema } from './text-schema.ts';
import { normalizeInstant } from './time.ts';

const addressSchema = z.string().regex(ADDRESS_PATTERN, {
  error: 'must be segments of [A-Za-z0-9_.-]{1,64} joined by ":", at most 255 characters',
});
export const assetSchema = z
  .string()
  .regex(ASSET_PATTERN, { error: 'must be an asset such as BRL/2' });
export const amountSchema = z
  .string({ error: 'must be a string of digits' })
  .regex(AMOUNT_PATTERN, {
    error: 'must be a string of 1 to 38 digits, at least "1", without sign or leading zero',
  });

const postingSchema = z
  .strictObject({
    source: addressSchema,
    destination: addressSchema,
    asset: assetSchema,
    amount: amountSchema,
    if: z.strictObject({ source_available_gte: amountSchema.optional() }).optional(),
  })
  .refine((posting) => posting.source !== posting.destination, {
    error: 'must differ from the source',
    path: ['destination'],
  });

/** RFC 3339 with an offset, at most a year ahead; comes out in UTC to the microsecond. */
export const effectiveAtSchema = z.string().transform((text, context) => {
  const instant = normalizeInstant(text);
  if (instant === null) {
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 instant with an offset' });
    return z.NEVER;
  }
  if (Date.parse(instant) > Date.now() + EFFECTIVE_AHEAD_MS_MAX) {
    context.addIssue({ code: 'custom', message: 'must be at most a year ahead' });
    return z.NEVER;
  }
  return instant;
});

const holdSchema = z.strictObject({
  expires_in: z
    .number({ error: 'must be a number of seconds' })
    .refine((seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= HOLD_SECONDS_MAX, {
      error: `must be a whole number of seconds, 1 to ${HOLD_SECONDS_MAX}`,
    }),
});

/** The id of a transaction; comes out in lower case. */
const idSchema = z
  .string()
  .toLowerCase()
  .regex(UUID_PATTERN, { error: 'must be the id of a transaction' });

/** The body of `POST /v1/ledgers/{ledger}/transactions`. */
export const transactionRequestSchema = z
  .strictObject({
    postings: z.array(postingSchema).min(1).max(POSTINGS_MAX),
    description: textSchema(DESCRIPTION_CHARS_MAX).optional(),
    reference: textSchema(REFERENCE_CHARS_MAX).optional(),
    metadata: metadataSchema.optional(),
    effective_at: effectiveAtSchema.optional(),
    hold: holdSchema.optional(),
    depends_on: idSchema.optional(),
  })
  .refine(({ hold, effective_at }) => hold === undefined || effective_at === undefined, {
    error: 'must not stand beside hold, which moves nothing: its capture takes one',
    path: ['effective_at'],
  });

export type TransactionRequest = z.output<typeof transactionRequestSchema>;
