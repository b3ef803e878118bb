import { hash } from 'node:crypto';

/** SHA-256 of bytes, in base64. */
export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64');
}
