import type { Wire } from './wire.ts';

/** Sends `head`, then a little now and then for as long as the other side stands it. */
export function trickle(
  { socket, closed }: Wire,
  head: string,
  everyMs: number,
  little = 'x',
): void {
  socket.write(head);
  const timer = setInterval(() => socket.write(little), everyMs);
  void closed.then(() => clearInterval(timer));
}
