import { Hono } from 'hono';
import { Gauge, type Registry } from 'prom-client';

/** What a process depends on, each with the fault that it has now; null: none. */
export type Dependencies = Record<string, string | null>;

export type OperationsOptions = {
  registry: Registry;
  dependencies: () => Dependencies;
  /** Whether the process has started and can serve anything at all. */
  ready: () => boolean;
  /** Shards that this process holds still until a person has looked; of a process that holds none, absent. */
  stoppedShards?: () => number[];
};

/** `/livez` (the process turns), `/readyz` (with each dependency) and `/metrics`, the same for every process. */
export function operationsRoutes(options: OperationsOptions): Hono {
  const { registry, dependencies, ready, stoppedShards } = options;
  const app = new Hono();
  measureDependencies(registry, dependencies);
  app.get('/livez', (c) => c.text('ok'));
  app.get('/readyz', (c) => {
    const body = {
      ready: ready(),
      dependencies: describe(dependencies()),
      ...(stoppedShards && { stopped_shards: stoppedShards() }),
    };
    return c.json(body, body.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  );
  return app;
}

function measureDependencies(registry: Registry, dependencies: () => Dependencies): void {
  new Gauge({
    name: 'razao_dependency_up',
    help: '1 where the process can work with what it depends on',
    labelNames: ['dependency'],
    registers: [registry],
    collect() {
      for (const [dependency, fault] of Object.entries(dependencies()))
        this.set({ dependency }, fault === null ? 1 : 0);
    },
  });
}

function describe(dependencies: Dependencies): Record<string, { ok: boolean; fault?: string }> {
  const entries = Object.entries(dependencies);
  return Object.fromEntries(
    entries.map(([name, fault]) => [name, fault === null ? { ok: true } : { ok: false, fault }]),
  );
}
