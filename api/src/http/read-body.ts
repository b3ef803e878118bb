import type { IncomingMessage } from 'node:http';
import { type Fault, Problem } from '@razao/shared/contract/problems.ts';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiEnv } from './env.ts';
import { bodyFaults } from './faults.ts';
import { prototypeFault } from './prototypes.ts';

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Of a context, what a body is read from. */
type Received = Pick<Context<ApiEnv>, 'req' | 'env'>;

/**
 * Reads a JSON body and validates it. Throws `unsupported_media_type`, `too_large` (reading stops there), or
 * `invalid_request` with every fault and its pointer.
 */
export async function readBody<T extends z.ZodType>(
  received: Received,
  schema: T,
  bytesMax: number,
): Promise<z.output<T>> {
  const { value, suspicious } = await readJson(received, bytesMax);
  const fault = suspicious ? prototypeFault(value) : null;
  if (fault) throw notValid([fault]);
  return validate(schema, value);
}

/** Reads a JSON body. In one that is `suspicious` there may be a field that validators lose: see `prototypeFault`. */
export async function readJson(
  received: Received,
  bytesMax: number,
): Promise<{ value: unknown; suspicious: boolean }> {
  if (!JSON_TYPE.test(received.req.header('content-type') ?? '')) {
    throw new Problem('unsupported_media_type', 'send the body as Content-Type: application/json', {
      faults: [{ header: 'Content-Type', detail: 'must be application/json, in UTF-8' }],
    });
  }
  const text = decode(await readBytes(received, bytesMax).catch(refuseBroken));
  // Spelled out or by escapes; without either there is nothing to look for.
  return { value: parseJson(text), suspicious: text.includes('__proto__') || text.includes('\\u') };
}

/** What a schema makes of a body. Throws `invalid_request` with every fault. */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notValid(bodyFaults(parsed.error));
}

export function notValid(faults: readonly Fault[]): Problem {
  return new Problem('invalid_request', 'the body is not valid', { faults });
}

async function readBytes({ req, env }: Received, bytesMax: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new Problem('too_large', `the body may have ${bytesMax} bytes`, {
      headers: { Connection: 'close' },
    });
  const length = req.header('content-length');
  if (length !== undefined) {
    // The HTTP parser lets no more through than was announced.
    if (Number(length) > bytesMax) throw tooLarge();
    return takeArrived(env?.incoming, Number(length)) ?? new Uint8Array(await req.arrayBuffer());
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of req.raw.body ?? []) {
    bytes += part.byteLength;
    if (bytes > bytesMax) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * A whole body, taken at once if it is here already, as most are, for they come in one packet with their head: that saves
 * listening for its parts, and a copy. Null where it is not.
 */
function takeArrived(incoming: IncomingMessage | undefined, length: number): Uint8Array | null {
  if (incoming?.readableLength !== length || incoming.readableDidRead) return null;
  // By its length: without one only the first packet is handed over, where a body has come in several.
  const bytes: Uint8Array | null = length === 0 ? new Uint8Array() : incoming.read(length);
  if (bytes === null) return null;
  // Only the end is to come: who looks at the request later must find it ended.
  incoming.resume();
  return bytes;
}

/** A client that goes away in the middle is no outage of ours, whatever the error looks like. */
function refuseBroken(error: unknown): never {
  if (error instanceof Problem) throw error;
  const faults = [{ pointer: '#', detail: 'broke off' }];
  throw new Problem('invalid_request', 'the body broke off', { faults, cause: error });
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw notJson();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson();
  }
}

function notJson(): Problem {
  const faults = [{ pointer: '#', detail: 'is not JSON in UTF-8' }];
  return new Problem('invalid_request', 'the body is not JSON', { faults });
}
