import { ADDRESS_PATTERN } from '@razao/shared/contract/grammar.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { HonoRequest } from 'hono';

/** The address in the path. Throws `invalid_request` where it is none. */
export function readAddress(request: HonoRequest): string {
  const address = request.param('address') ?? '';
  if (ADDRESS_PATTERN.test(address)) return address;
  const detail =
    'must be segments of [A-Za-z0-9_.-]{1,64}, not of dots only, joined by ":", at most 255 characters';
  throw new Problem('invalid_request', 'the address is not valid', {
    faults: [{ parameter: 'address', detail }],
  });
}
