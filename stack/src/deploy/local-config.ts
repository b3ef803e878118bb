import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../paths.ts';
import { type PrometheusConfig, readText, readYaml } from './deploy-files.ts';

/**
 * nginx/ for processes on this machine: nginx.conf as it is, with another port and other APIs (`host:port`). Returns the
 * path of the configuration.
 */
export function writeNginxConfig(folder: string, port: number, apis: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'nginx.conf');
  copyFileSync(join(ROOT, 'nginx/nginx.conf'), file);
  writeFileSync(join(folder, 'listen.conf'), `listen 127.0.0.1:${port};\n`);
  // Addresses need no resolver.
  const [, settings] = /^server \S+ resolve (.+)$/m.exec(readText('nginx/upstream.conf')) ?? [];
  const servers = apis.map((api) => `server ${api} ${settings}\n`);
  writeFileSync(join(folder, 'upstream.conf'), servers.join(''));
  return file;
}

/** prometheus/ for processes on this machine, scraped and judged each second. `targets` are `host:port` by job. */
export function writePrometheusConfig(
  folder: string,
  targets: Readonly<Record<string, readonly string[]>>,
): string {
  mkdirSync(folder, { recursive: true });
  const config = readYaml<PrometheusConfig>('prometheus/prometheus.yml');
  config.global = { ...config.global, scrape_interval: '1s', evaluation_interval: '1s' };
  config.scrape_configs = config.scrape_configs.map((job) => ({
    ...job,
    static_configs: [{ targets: [...(targets[job.job_name] ?? [])] }],
  }));
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, stringify(config));
  copyFileSync(join(ROOT, 'prometheus/alerts.yml'), join(folder, 'alerts.yml'));
  return file;
}
