import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../paths.ts';

/** A service of docker-compose.yml, as far as we look at it. */
export type ComposeService = {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test: string[]; interval: string; timeout: string };
  profiles?: string[];
  ports?: string[];
  volumes?: string[];
  restart?: string;
  stop_grace_period?: string;
  mem_limit?: string;
  init?: boolean;
  depends_on?: Record<string, { condition: string }>;
};

export type PrometheusConfig = {
  global: { scrape_interval: string; evaluation_interval: string };
  rule_files: string[];
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
};

export type Alert = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
};

export type Panel = {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { uid: string };
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { refId: string; expr: string; datasource: { uid: string } }[];
};

/** The text of a file, its path from the root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A YAML file, `<<` merged; the type is the caller's claim. */
export function readYaml<T>(path: string): T {
  return parse(readText(path), { merge: true }) as T;
}

/** The services of docker-compose.yml by name. */
export function composeServices(): Record<string, ComposeService> {
  return readYaml<{ services: Record<string, ComposeService> }>('docker-compose.yml').services;
}

/** Every alert of prometheus/alerts.yml. */
export function alerts(): Alert[] {
  const { groups } = readYaml<{ groups: { rules: Alert[] }[] }>('prometheus/alerts.yml');
  return groups.flatMap(({ rules }) => rules);
}

/** Every panel of the dashboard, rows too. */
export function panels(): Panel[] {
  return (JSON.parse(readText('grafana/dashboards/pipeline.json')) as { panels: Panel[] }).panels;
}
