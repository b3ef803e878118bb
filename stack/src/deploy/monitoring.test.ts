import { describe, expect, test } from 'vitest';
import {
  COMMITTER_SILENT_MS,
  COMMITTERS_READ_MS,
  WAIT_SECONDS_MAX,
} from '../../../shared/src/contract/limits.ts';
import { PROBLEMS } from '../../../shared/src/contract/problems.ts';
import {
  alerts,
  composeServices,
  type Panel,
  type PrometheusConfig,
  panels,
  readText,
  readYaml,
} from './deploy-files.ts';

const drawn = panels().filter(({ type }) => type !== 'row');
const metrics = `${readText('shared/src/runtime/metrics.ts')}${readText('shared/src/runtime/operations.ts')}`;

/** What prom-client measures by itself, and Prometheus. */
const FOREIGN =
  /^(up|nodejs_eventloop_lag_p99_seconds|process_cpu_seconds_total|process_resident_memory_bytes)$/;

/** Names in an expression that no process of ours exports. */
function unknownSeries(expr: string): string[] {
  const names = [...expr.matchAll(/\b(?:up|(?:razao|nodejs|process)_[a-z0-9_]+)\b(?!-)/g)].map(
    ([name]) => name,
  );
  if (names.length === 0) return [`no series in ${expr}`];
  return names.filter((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return !FOREIGN.test(name) && !metrics.includes(`'${name}'`) && !metrics.includes(`'${base}'`);
  });
}

describe('the dashboard', () => {
  test('is provisioned, with the data source that it asks', () => {
    const { datasources } = readYaml<{ datasources: { uid: string; url: string }[] }>(
      'grafana/provisioning/datasources/prometheus.yml',
    );
    const uids = new Set(
      drawn.flatMap(({ datasource, targets }) => [
        datasource?.uid,
        ...(targets ?? []).map((target) => target.datasource.uid),
      ]),
    );
    expect([...uids]).toEqual(datasources.map(({ uid }) => uid));
    expect(datasources[0]?.url).toBe('http://prometheus:9090');
    const { providers } = readYaml<{ providers: { options: { path: string } }[] }>(
      'grafana/provisioning/dashboards/razao.yml',
    );
    const mounts = composeServices()['grafana']?.volumes ?? [];
    expect(mounts).toContain(`./grafana/dashboards:${providers[0]?.options.path}:ro`);
  });

  test('has panels with ids of their own', () => {
    const ids = panels().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(drawn.length).toBeGreaterThan(20);
  });

  test.each(drawn.map((panel): [string, Panel] => [panel.title, panel]))(
    'the panel "%s" says what it shows, in which unit, of series that exist',
    (title, { description, fieldConfig, targets }) => {
      expect(title).toMatch(/./);
      expect(description).toMatch(/^.{5,}\.$/);
      expect(fieldConfig?.defaults.unit).toMatch(/./);
      expect(targets?.length).toBeGreaterThan(0);
      expect(targets?.flatMap(({ expr }) => unknownSeries(expr))).toEqual([]);
    },
  );

  test('a series that nothing exports is found', () => {
    expect(unknownSeries('rate(razao_gone_total[1m]) / up')).toEqual(['razao_gone_total']);
    expect(unknownSeries('vector(1)')).toHaveLength(1);
  });
});

describe('the alerts', () => {
  const named = new Set(alerts().map(({ alert }) => alert));

  test('have names of their own', () => {
    expect(named.size).toBe(alerts().length);
  });

  test.each(alerts().map((rule) => [rule.alert, rule] as const))(
    '%s says how urgent it is, what it means and where to read on, of series that exist',
    (alert, { expr, labels, annotations }) => {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/./);
      expect(annotations.runbook).toBe(`OPERATIONS.md#${alert.toLowerCase()}`);
      expect(unknownSeries(expr)).toEqual([]);
    },
  );

  test('that no process commits for a shard is told within ten seconds', () => {
    const { global } = readYaml<PrometheusConfig>('prometheus/prometheus.yml');
    const ms = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1]) * 1_000;
    const [rule] = alerts().filter(({ alert }) => alert === 'RazaoShardWithoutCommitter');
    expect(rule?.for).toBeUndefined();
    const told = COMMITTER_SILENT_MS + COMMITTERS_READ_MS;
    const seen = ms(global.scrape_interval) + ms(global.evaluation_interval);
    expect(told + seen).toBeLessThan(10_000);
  });

  test('each has a case for which it fires', () => {
    const cases = readText('prometheus/alerts.test.yml');
    expect([...named].filter((name) => !cases.includes(`alertname="${name}"`))).toEqual([]);
  });
});

describe('nginx', () => {
  const text = readText('nginx/nginx.conf');
  const refusals = [...text.matchAll(/return (\d+) '(\{.+\})';/g)].map(([, status, body]) => ({
    status: Number(status),
    body: JSON.parse(body ?? '') as { code: keyof typeof PROBLEMS; status: number; title: string },
  }));

  test('refuses in the words of the catalogue', () => {
    expect(refusals).toHaveLength(4);
    for (const { status, body } of refusals) {
      expect(body).toMatchObject({
        ...PROBLEMS[body.code],
        status,
        type: `/problems/${body.code}`,
      });
    }
  });

  test('waits longer than an API makes a client wait, and closes a connection before an API does', () => {
    const seconds = (name: string) =>
      Number(new RegExp(`^ +${name} (\\d+)s;`, 'm').exec(text)?.[1]);
    expect(seconds('proxy_read_timeout')).toBeGreaterThan(WAIT_SECONDS_MAX);
    const kept = /KEEP_ALIVE_MS = (\d+)_000/.exec(readText('shared/src/runtime/listen.ts'))?.[1];
    expect(seconds('keepalive_timeout')).toBeLessThan(Number(kept));
  });

  test('knows the APIs of docker-compose.yml', () => {
    const apis = Object.keys(composeServices()).filter((name) => name.startsWith('api-'));
    const upstream = [...readText('nginx/upstream.conf').matchAll(/^server (\S+):3000 /gm)];
    expect(upstream.map(([, name]) => name)).toEqual(apis);
    const { scrape_configs: jobs } = readYaml<{
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    }>('prometheus/prometheus.yml');
    const targets = jobs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets));
    const processes = Object.keys(composeServices()).filter((name) => /^(api|worker)-/.test(name));
    expect(targets.map((target) => target.split(':')[0])).toEqual(processes);
  });
});
