import type { Service } from './service.ts';

/** Parts of a process that are made of what the parts before them find out; they start and stop as one, in order. */
export function lateServices(name: string, create: () => Service[]): Service {
  let services: Service[] = [];
  return {
    name,
    async start() {
      if (services.length === 0) services = create();
      for (const service of services) await service.start();
    },
    async stop() {
      for (const service of services.toReversed()) await service.stop();
    },
  };
}
