import { z } from 'zod';
import { METADATA_KEY_CHARS_MAX, METADATA_KEYS_MAX, METADATA_VALUE_CHARS_MAX } from './limits.ts';

/** Free text that every store of ours can hold: at most `charsMax` characters, no NUL, no lone surrogate. */
export function textSchema(charsMax: number) {
  return z
    .string()
    .max(charsMax)
    .refine(isStorable, { error: 'must not contain NUL or a lone surrogate' });
}

/** Free text of at least one character. */
const keySchema = textSchema(METADATA_KEY_CHARS_MAX).min(1);

export const metadataSchema = z
  .record(keySchema, textSchema(METADATA_VALUE_CHARS_MAX))
  .refine((metadata) => Object.keys(metadata).length <= METADATA_KEYS_MAX, {
    error: `must have at most ${METADATA_KEYS_MAX} keys`,
  });

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
