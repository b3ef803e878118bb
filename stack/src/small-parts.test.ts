import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkPorts } from './check-ports.ts';
import { canListen, freePort } from './ports.ts';
import { isAlive, waitForExit } from './processes/alive.ts';
import { type RunFile, readRun, removeRun, sweepStaleRun, writeRun } from './run-file.ts';
import { createSay } from './say.ts';
import { closedFolder } from './services/reachable.ts';
import { readStartConfig } from './start-config.ts';
import { readyText, runningText } from './start-text.ts';
import { createStopSteps } from './stop-steps.ts';
import { terminalLine } from './terminal-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'razao-parts-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** Above every pid that Linux gives out. */
const DEAD_PID = 2 ** 30;

describe('ports', () => {
  test('a free port is one on which a server can listen, outside the range of outgoing connections', async () => {
    const port = await freePort();
    expect(await canListen(port)).toBe(true);
    expect(port).toBeLessThan(32_768);
  });

  test('a port that another program holds is named with what helps', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    const config = readStartConfig({ PORT: String(port) }, []);
    await expect(checkPorts(config)).rejects.toThrow(
      `port ${port}, wanted for the API, is taken by another program: stop it, or PORT=${port + 100} npm start`,
    );
    server.close();
  });

  test('two processes cannot want the same port', async () => {
    const port = String(await freePort());
    const config = readStartConfig({ PORT: port, WORKER_PORT: port }, []);
    await expect(checkPorts(config)).rejects.toThrow(/wanted by two processes/);
  });
});

describe('configuration', () => {
  test('defaults', () => {
    expect(readStartConfig({}, [])).toMatchObject({
      apiPort: 3000,
      workerPort: 3001,
      apis: 1,
      workers: 1,
      host: '127.0.0.1',
      verbose: false,
      storesOnly: false,
    });
  });

  test('the stores alone have no processes, whatever the environment says', () => {
    const config = readStartConfig({ APIS: '2', WORKERS: '2' }, ['--stores']);
    expect(config).toMatchObject({ apis: 0, workers: 0, storesOnly: true });
  });

  test.each(['0', '-1', '1.5', 'two', '17'])('WORKERS=%s is refused', (value) => {
    expect(() => readStartConfig({ WORKERS: value }, [])).toThrow(/WORKERS=.* whole number/);
  });
});

describe('the run file', () => {
  const run: RunFile = {
    pid: process.pid,
    apiUrl: 'http://127.0.0.1:3000',
    workerUrl: 'http://127.0.0.1:3001',
    databaseUrl: 'postgres://razao:secret@127.0.0.1:1/razao',
    redisUrl: 'redis://127.0.0.1:2',
    processes: [{ name: 'api', pid: 11, port: 3000 }],
    services: [{ name: 'postgres', pid: null, url: 'postgres://razao:secret@127.0.0.1:1/razao' }],
  };
  const file = join(folder, 'run.json');

  test('is read back while its process lives, and gone once removed', () => {
    writeRun(run, file);
    expect(readRun(file)).toEqual(run);
    removeRun(file);
    expect(readRun(file)).toBeNull();
  });

  test('of a dead process is ignored and swept', async () => {
    writeRun({ ...run, pid: DEAD_PID, processes: [{ name: 'api', pid: DEAD_PID, port: 1 }] }, file);
    expect(readRun(file)).toBeNull();
    await sweepStaleRun(file);
    expect(readRun(file)).toBeNull();
  });

  test('whose pid now belongs to another program is ignored', () => {
    writeRun({ ...run, pid: process.ppid }, file);
    expect(readRun(file)).toBeNull();
  });

  test('that is damaged is ignored', () => {
    writeFileSync(file, '{"pid":');
    expect(readRun(file)).toBeNull();
  });

  test('what is printed holds addresses but no password', () => {
    expect(runningText(run)).toMatch(/http:\/\/127.0.0.1:3000 +pid 11/);
    expect(runningText(run)).not.toContain('secret');
    const ready = readyText(run, [{ name: 'postgres', where: '/data' }], '/logs');
    expect(ready).toContain('curl -X PUT http://127.0.0.1:3000/v1/ledgers/demo');
    expect(ready).not.toContain('secret');
  });
});

describe('log lines on the terminal', () => {
  const line = (level: string) =>
    JSON.stringify({ level, time: 1, pid: 2, msg: 'said', code: 'x' });

  test('warnings and worse are shown, with their fields', () => {
    expect(terminalLine('api', line('warn'), false)).toBe('api       WARN  said {"code":"x"}');
    expect(terminalLine('api', line('error'), false)).toMatch(/ERROR/);
  });

  test('the rest only when asked for', () => {
    expect(terminalLine('api', line('info'), false)).toBeNull();
    expect(terminalLine('api', line('info'), true)).toMatch(/INFO/);
  });

  test('what is not a log entry is always shown', () => {
    expect(terminalLine('api', 'Error: boom', false)).toBe('api       Error: boom');
    expect(terminalLine('api', '"text"', false)).toBe('api       "text"');
    expect(terminalLine('api', '', false)).toBeNull();
  });
});

describe('stop steps', () => {
  test('run newest first, once, and wait for each other', async () => {
    const steps = createStopSteps();
    const ran: string[] = [];
    const step = (name: string) => async () => {
      await Promise.resolve();
      ran.push(name);
    };
    steps.push(step('a'));
    steps.push(step('b'));
    const first = steps.run();
    steps.push(step('c'));
    await Promise.all([first, steps.run()]);
    await steps.run();
    expect(ran.sort()).toEqual(['a', 'b', 'c']);
  });
});

test('a folder that another user may not enter is found, the outermost first', () => {
  const nobody = { uid: 65_534, gid: 65_534 };
  expect(closedFolder('/usr/bin/env', nobody)).toBeUndefined();
  // mkdtemp makes folders for their owner only.
  expect(closedFolder(join(folder, 'deeper/data'), nobody)).toBe(folder);
});

test('a process is alive until it is not', async () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(DEAD_PID)).toBe(false);
  expect(isAlive(0)).toBe(false);
  expect(await waitForExit(process.pid, 20)).toBe(false);
});

test('progress lines carry the seconds', () => {
  const said: string[] = [];
  createSay((text) => said.push(text))('started');
  expect(said[0]).toMatch(/^ +\d+\.\d s {2}started$/);
});
