import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { writePrometheusConfig } from '@razao/stack/deploy/local-config.ts';
import { prometheusProgram, promtoolProgram } from '@razao/stack/deploy/programs.ts';
import { freePort } from '@razao/stack/ports.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { startServer } from './start-server.ts';

export type Sample = { metric: Record<string, string>; value: number };
export type Rule = { name: string; health: string; state: string; lastError?: string };

export type Prometheus = {
  /** The answer to an expression now; throws where Prometheus finds a fault in it. */
  query(expr: string): Promise<Sample[]>;
  rules(): Promise<Rule[]>;
  stop(): Promise<void>;
};

/** A Prometheus with our own configuration that scrapes a stack each second. */
export async function openPrometheus(stack: Stack, folder: string): Promise<Prometheus> {
  const address = ({ port }: { port: number }) => `127.0.0.1:${port}`;
  const file = writePrometheusConfig(folder, {
    'razao-api': stack.apis.map(address),
    'razao-worker': stack.workers.map(address),
  });
  execFileSync(promtoolProgram(), ['check', 'config', file], { stdio: 'pipe' });
  const listen = `127.0.0.1:${await freePort()}`;
  const server = await startServer(
    prometheusProgram(),
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${listen}`,
    ],
    { url: `http://${listen}/-/ready`, logFile: join(folder, 'prometheus.log') },
  );
  async function ask<T>(path: string): Promise<T> {
    const answer = await fetch(`http://${listen}/api/v1/${path}`);
    const body = (await answer.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(body.error);
    return body.data;
  }
  return {
    async query(expr) {
      const path = `query?query=${encodeURIComponent(expr)}`;
      const data = await ask<{ result: { metric: Sample['metric']; value: [number, string] }[] }>(
        path,
      );
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('rules?type=alert');
      return groups.flatMap(({ rules }) => rules);
    },
    stop: () => server.stop(),
  };
}
