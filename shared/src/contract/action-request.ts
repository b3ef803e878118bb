import { z } from 'zod';
import { amountSchema, effectiveAtSchema } from './transaction-request.ts';

/** The body of `POST .../transactions/{id}/capture`: all that is left unless it says how much. */
export const captureRequestSchema = z.strictObject({
  amount: amountSchema.optional(),
  final: z.boolean().default(true),
  effective_at: effectiveAtSchema.optional(),
});

/** The body of `POST .../transactions/{id}/release`. */
export const releaseRequestSchema = z.strictObject({});

/** The body of `POST .../transactions/{id}/revert`: all that is left unless it says how much. */
export const revertRequestSchema = z.strictObject({
  amount: amountSchema.optional(),
  force: z.boolean().default(false),
  effective_at: effectiveAtSchema.optional(),
});

export type CaptureRequest = z.output<typeof captureRequestSchema>;
export type RevertRequest = z.output<typeof revertRequestSchema>;
