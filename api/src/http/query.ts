import { type Fault, Problem } from '@razao/shared/contract/problems.ts';
import type { HonoRequest } from 'hono';

/**
 * Reads the query parameters. Each may be given once; `parsers` names those that exist and reads each, undefined where its
 * value is not valid. Throws `invalid_request` with every fault.
 */
export function readQuery<T extends Record<string, (text: string) => unknown>>(
  request: HonoRequest,
  parsers: T,
): { [K in keyof T]?: Exclude<ReturnType<T[K]>, undefined> } {
  if (!request.url.includes('?')) return {};
  const faults: Fault[] = [];
  const values: Record<string, unknown> = {};
  for (const [parameter, texts] of Object.entries(request.queries())) {
    const parse = Object.hasOwn(parsers, parameter) ? parsers[parameter] : undefined;
    const [text = ''] = texts;
    const value = parse?.(text);
    if (!parse) faults.push({ parameter, detail: 'is not a known parameter' });
    else if (texts.length > 1) faults.push({ parameter, detail: 'is given more than once' });
    else if (value === undefined) faults.push({ parameter, detail: 'is not valid' });
    else values[parameter] = value;
  }
  if (faults.length > 0) throw new Problem('invalid_request', 'the query is not valid', { faults });
  return values as { [K in keyof T]?: Exclude<ReturnType<T[K]>, undefined> };
}
