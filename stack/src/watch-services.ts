import type { Service } from './services/service.ts';

/**
 * Starts a local Postgres or Redis again when its process has died. Others (a URL, a container) have somebody else who
 * looks after them. Returns a function that ends the watch.
 */
export function watchServices(
  services: Service[],
  { onEvent, onChange, intervalMs = 1000 }: WatchOptions,
): () => void {
  const local = services.filter((service) => service.pid !== null);
  const busy = new Set<Service>();
  const look = async (service: Service) => {
    if (service.pid !== null || busy.has(service)) {
      return;
    }
    busy.add(service);
    onEvent(service.name, 'ended, starts again');
    try {
      await service.start();
      onChange();
    } catch (error) {
      onEvent(service.name, `does not start: ${(error as Error).message}`);
    } finally {
      busy.delete(service);
    }
  };
  const timer = setInterval(() => {
    for (const service of local) {
      void look(service);
    }
  }, intervalMs);
  return () => clearInterval(timer);
}

export type WatchOptions = {
  onEvent: (name: string, text: string) => void;
  onChange: () => void;
  intervalMs?: number;
};
