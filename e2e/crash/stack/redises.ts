import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@razao/stack/ports.ts';
import { openLocalRedis } from '@razao/stack/services/local-redis.ts';
import { redisBinary } from '@razao/stack/services/redis-binary.ts';
import type { Service } from '@razao/stack/services/service.ts';

/** The Redis that is written to, and for a while another one. */
export type Redises = {
  readonly primary: Service;
  /** Starts an empty one. */
  open(): Promise<Service>;
  /** From now on this one is the primary. */
  promote(service: Service): void;
  /** Stops one that is not the primary, and deletes its data. */
  discard(service: Service): Promise<void>;
  /** Calls back with the URL of each primary that follows. */
  onPrimary(listener: (url: string) => void): void;
  stop(): Promise<void>;
};

/** Starts the first one. */
export async function openRedises(
  directory: string,
  say: (line: string) => void,
): Promise<Redises> {
  const binary = redisBinary(say);
  const all = new Set<Service>();
  let count = 0;
  let listener: (url: string) => void = () => {};
  const open = async () => {
    const name = count++ === 0 ? 'redis' : `redis-${count}`;
    const service = await openLocalRedis({
      binary,
      directory: join(directory, `data/${name}`),
      logFile: join(directory, `logs/${name}.log`),
      port: await freePort(),
    });
    all.add(service);
    return service;
  };
  let primary = await open();
  return {
    get primary() {
      return primary;
    },
    open,
    promote(service) {
      primary = service;
      listener(service.url);
    },
    async discard(service) {
      all.delete(service);
      await service.kill();
      await rm(service.where, { recursive: true, force: true });
    },
    onPrimary(wanted) {
      listener = wanted;
    },
    async stop() {
      await Promise.all([...all].map((service) => service.stop()));
    },
  };
}
