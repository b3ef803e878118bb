import { z } from 'zod';

/** The body of `POST .../transactions/bulk`. Its items are judged one by one, since each is accepted or refused alone. */
export const bulkRequestSchema = z.strictObject({
  atomic: z.boolean().default(false),
  transactions: z.array(z.unknown()).min(1),
});
