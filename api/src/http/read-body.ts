import { Problem } from '@razao/shared/contract/problems.ts';
import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import { bodyFaults, toPointer } from './faults.ts';

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a JSON body and validates it. Throws `unsupported_media_type`, `too_large` (reading stops there), or
 * `invalid_request` with every fault and its pointer.
 */
export async function readBody<T extends z.ZodType>(
  request: HonoRequest,
  schema: T,
  bytesMax: number,
): Promise<z.output<T>> {
  if (!JSON_TYPE.test(request.header('content-type') ?? '')) {
    throw new Problem('unsupported_media_type', 'send the body as Content-Type: application/json', {
      faults: [{ header: 'Content-Type', detail: 'must be application/json, in UTF-8' }],
    });
  }
  const text = decode(await readBytes(request, bytesMax).catch(refuseBroken));
  const value = parseJson(text);
  // Spelled out or by escapes; without either there is nothing to look for.
  if (text.includes('__proto__') || text.includes('\\u')) refusePrototypes(value);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid_request', 'the body is not valid', {
    faults: bodyFaults(parsed.error),
  });
}

async function readBytes(request: HonoRequest, bytesMax: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new Problem('too_large', `the body may have ${bytesMax} bytes`, {
      headers: { Connection: 'close' },
    });
  const length = request.header('content-length');
  if (length !== undefined) {
    // The HTTP parser lets no more through than was announced.
    if (Number(length) > bytesMax) throw tooLarge();
    return new Uint8Array(await request.arrayBuffer());
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.raw.body ?? []) {
    bytes += part.byteLength;
    if (bytes > bytesMax) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
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

type Branch = { value: object; key: string; parent: Branch | null };

/** No field of ours has this name, and object-building code, a validator's too, loses it in silence. */
function refusePrototypes(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  // Not recursive: a body may be nested deeper than the stack.
  const branches: Branch[] = [{ value: body, key: '', parent: null }];
  for (let branch = branches.pop(); branch; branch = branches.pop()) {
    if (Object.hasOwn(branch.value, '__proto__')) {
      const pointer = toPointer([...pathTo(branch), '__proto__']);
      const faults = [{ pointer, detail: 'is not a usable name' }];
      throw new Problem('invalid_request', 'the body is not valid', { faults });
    }
    for (const [key, value] of Object.entries(branch.value)) {
      if (typeof value === 'object' && value !== null)
        branches.push({ value, key, parent: branch });
    }
  }
}

function pathTo(branch: Branch): string[] {
  const keys: string[] = [];
  for (let at = branch; at.parent !== null; at = at.parent) keys.unshift(at.key);
  return keys;
}
