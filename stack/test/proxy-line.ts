import type { Socket } from 'node:net';
import type { Delays } from './tcp-proxy.ts';

/** One connection through a proxy. */
export type Line = {
  silence(): void;
  resume(): void;
  abandon(): void;
  drop(): void;
};

/** Bytes on their way, or the end of what is sent (null). */
type Parcel = { at: number; bytes: Buffer | string | null };

/** One direction of a line. */
type Lane = {
  from: Socket;
  to: Socket;
  way: keyof Delays;
  parcels: Parcel[];
  ended: boolean;
  timer?: NodeJS.Timeout;
};

/** Joins two sockets. `delays` is read with each parcel; `onGone` is called once both are closed. */
export function openLine(
  client: Socket,
  upstream: Socket,
  delays: Readonly<Delays>,
  onGone: () => void,
): Line {
  const lanes: Lane[] = [
    { from: client, to: upstream, way: 'to', parcels: [], ended: false },
    { from: upstream, to: client, way: 'from', parcels: [], ended: false },
  ];
  let silent = false;
  let abandoned = false;
  let open = lanes.length;

  /** Hands over what is due, and comes back when the next is. */
  function deliver(lane: Lane): void {
    clearTimeout(lane.timer);
    if (silent || abandoned) return;
    for (let next = lane.parcels[0]; next !== undefined; next = lane.parcels[0]) {
      const ms = next.at - performance.now();
      if (ms > 0) {
        lane.timer = setTimeout(() => deliver(lane), ms);
        return;
      }
      lane.parcels.shift();
      if (next.bytes === null) lane.to.end();
      else if (lane.to.writable) lane.to.write(next.bytes);
    }
  }

  /** What is sent later never arrives earlier. */
  function send(lane: Lane, bytes: Buffer | string | null): void {
    if (abandoned) return;
    const at = Math.max(performance.now() + delays[lane.way], lane.parcels.at(-1)?.at ?? 0);
    lane.parcels.push({ at, bytes });
    deliver(lane);
  }

  for (const lane of lanes) {
    const { from, to } = lane;
    from.on('error', () => {});
    from.on('data', (bytes) => send(lane, bytes));
    from.on('end', () => {
      lane.ended = true;
      send(lane, null);
    });
    from.on('close', () => {
      open -= 1;
      // Whoever has ended in order is followed by its last bytes; a broken connection breaks the other half too.
      if (!lane.ended && !abandoned) to.destroy();
      if (open === 0) onGone();
    });
  }
  return {
    silence() {
      silent = true;
      for (const { from } of lanes) from.pause();
    },
    resume() {
      silent = false;
      for (const lane of lanes) {
        deliver(lane);
        lane.from.resume();
      }
    },
    abandon() {
      abandoned = true;
    },
    drop() {
      for (const { from } of lanes) from.destroy();
    },
  };
}
