import { HonoRequest } from 'hono/request';

/** A request as a handler gets it. */
export function honoRequest(
  headers: Record<string, string> = {},
  { path = '/', body }: { path?: string; body?: string | ReadableStream<Uint8Array> } = {},
): HonoRequest {
  const init =
    body === undefined ? { headers } : { headers, body, method: 'POST', duplex: 'half' as const };
  return new HonoRequest(new Request(`http://test${path}`, init), path.split('?')[0] ?? '/');
}
