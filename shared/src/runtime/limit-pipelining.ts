import { randomUUID } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import { PIPELINED_MAX } from '../contract/limits.ts';
import { PROBLEMS } from '../contract/problems.ts';

/**
 * Refuses a request that comes while too many of its connection are not answered yet; the connection ends with that answer,
 * and what came behind it is not looked at. Node hands over pipelined requests as fast as they come, thousands in one turn
 * of the event loop, and everybody else waits.
 */
export function limitPipelining(listener: RequestListener): RequestListener {
  const underWay = new WeakMap<object, number>();
  const ending = new WeakSet<object>();
  return (request, response) => {
    const { socket } = request;
    if (ending.has(socket)) return;
    const others = underWay.get(socket) ?? 0;
    if (others >= PIPELINED_MAX) {
      ending.add(socket);
      socket.pause();
      // Each answer that is sent before this one would start the reading again.
      socket.on('resume', () => socket.pause());
      refuse(response);
      return;
    }
    underWay.set(socket, others + 1);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    listener(request, response);
  };
}

function refuse(response: ServerResponse): void {
  const code = 'rate_limited';
  const body = JSON.stringify({
    type: `/problems/${code}`,
    ...PROBLEMS[code],
    code,
    detail: `a connection may have ${PIPELINED_MAX} requests under way`,
    instance: `urn:uuid:${randomUUID()}`,
    errors: [],
  });
  response.writeHead(PROBLEMS[code].status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Retry-After': '1',
    Connection: 'close',
  });
  response.end(body);
}
