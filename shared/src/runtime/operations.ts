import { randomUUID } from 'node:crypto';
import { type Env, Hono } from 'hono';
import { Gauge, type Registry } from 'prom-client';
import { Problem } from '../contract/problems.ts';
import type { CommittersWatch } from './committers-watch.ts';
import { problemResponse } from './problem-response.ts';

const ALLOW = 'GET, HEAD';

/** What a process depends on, each with the fault that it has now; null: none. */
export type Dependencies = Record<string, string | null>;

export type OperationsOptions = {
  registry: Registry;
  dependencies: () => Dependencies;
  /** Whether the process has started and can serve anything at all. */
  ready: () => boolean;
  /** Who posts, in whatever process. That nobody does makes this process no less ready. */
  committers: CommittersWatch;
  /** Shards that this process holds still until a person has looked; of a process that holds none, absent. */
  stoppedShards?: () => number[];
  /** Shards whose next chunk only a newer version of the process understands. */
  waitingForNewer?: () => number[];
};

/** Answers every method that a path of `GET` does not have with a 405. To be called once that is registered. */
export function onlyGet<E extends Env>(app: Hono<E>, path: string): void {
  const problem = new Problem('method_not_allowed', `this resource has ${ALLOW}`, {
    headers: { Allow: ALLOW },
  });
  app.all(path, () => problemResponse(problem, `urn:uuid:${randomUUID()}`));
}

/** `/livez` (the process turns), `/readyz` (with each dependency) and `/metrics`, the same for every process. */
export function operationsRoutes(options: OperationsOptions): Hono {
  const { registry, dependencies, ready, committers, stoppedShards, waitingForNewer } = options;
  const app = new Hono();
  measureDependencies(registry, dependencies);
  measureCommitters(registry, committers);
  app.get('/livez', (c) => c.text('ok'));
  app.get('/readyz', (c) => {
    const body = {
      ready: ready(),
      dependencies: describe(dependencies()),
      shards_without_committer: committers.without(),
      ...(stoppedShards && { stopped_shards: stoppedShards() }),
      ...(waitingForNewer && { waiting_for_newer: waitingForNewer() }),
    };
    return c.json(body, body.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  );
  for (const path of ['/livez', '/readyz', '/metrics']) onlyGet(app, path);
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

/** As this process sees it: what is not known has no value. */
function measureCommitters(registry: Registry, { shards, without }: CommittersWatch): void {
  new Gauge({
    name: 'razao_shards_without_committer',
    help: '1 where no process posts for the shard',
    labelNames: ['shard'],
    registers: [registry],
    collect() {
      this.reset();
      const none = without();
      for (let shard = 0; none && shard < shards; shard++)
        this.set({ shard: String(shard) }, none.includes(shard) ? 1 : 0);
    },
  });
}

function describe(dependencies: Dependencies): Record<string, { ok: boolean; fault?: string }> {
  const entries = Object.entries(dependencies);
  return Object.fromEntries(
    entries.map(([name, fault]) => [name, fault === null ? { ok: true } : { ok: false, fault }]),
  );
}
