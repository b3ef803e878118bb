// The one entry of package.json's scripts. Runs on the machine's own Node (20 or newer) with nothing installed: brings the
// pinned pnpm and packages, finds Node 26 among them, and hands over to the program that the command names.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM_VERSION = '12.4.2';
const NODE_MAJOR_MIN = 26;
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const TOOL = join(ROOT, '.razao/tool');
const STAMP = join(TOOL, 'installed');

// From the start: while V8's young space is small, most of it belongs to requests under way, so that V8 learns to make such
// objects old at once, and from then on they and all they point to stay until the next full collection.
const YOUNG_SPACE = ['--min-semi-space-size=32', '--max-semi-space-size=32'];

const COMMANDS = {
  start: { program: 'stack/src/start.ts', detached: true },
  test: { program: 'stack/src/test.ts', detached: true },
  check: { program: 'stack/src/test.ts', args: ['check'], detached: true },
  load: { program: 'loadtest/src/main.ts', flags: YOUNG_SPACE, detached: true },
  measure: { program: 'loadtest/src/experiments/main.ts', detached: true },
  crash: { program: 'e2e/crash/main.ts', detached: true },
  queue: { program: 'worker/src/queue-tool.ts', operator: true },
  installation: { program: 'worker/src/installation-tool.ts', operator: true },
  shards: { program: 'worker/src/shards-tool.ts', operator: true },
};

const [command = '', ...args] = process.argv.slice(2);
ensurePnpm();
ensurePackages();
const node = findNode();
if (command === 'exec') {
  const [tool = '', ...rest] = args;
  run(node, [toolScript(tool), ...rest], false);
} else if (Object.hasOwn(COMMANDS, command)) {
  const { program, flags = [], args: first = [], detached = false } = COMMANDS[command];
  run(node, [...flags, join(ROOT, program), ...first, ...args], detached);
} else {
  fail(
    `no command "${command}": npm start, npm test, npm run load, npm run measure, npm run crash, npm run queue, npm run installation, npm run shards, npm run check`,
  );
}

function ensurePnpm() {
  const manifest = join(TOOL, 'node_modules/pnpm/package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === PNPM_VERSION) {
    return;
  }
  mkdirSync(TOOL, { recursive: true });
  const install = ['install', '--prefix', TOOL, '--no-audit', '--no-fund', `pnpm@${PNPM_VERSION}`];
  step(
    `pnpm ${PNPM_VERSION}`,
    'npm',
    install,
    'npm needs to reach its registry; then run this again',
  );
}

function ensurePackages() {
  const wanted = installHash();
  const modules = join(ROOT, 'node_modules/.modules.yaml');
  if (existsSync(modules) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) {
    return;
  }
  rmSync(STAMP, { force: true });
  const pnpm = join(TOOL, 'node_modules/.bin/pnpm');
  step('packages', pnpm, ['install', '--frozen-lockfile'], `${pnpm} install`);
  writeFileSync(STAMP, wanted);
}

// Changes whenever an install could give something else than what is there.
function installHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const manifests = folders.map((folder) => `${folder.name}/package.json`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.sort()];
  for (const file of files.filter((name) => existsSync(join(ROOT, name)))) {
    hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

function step(name, program, stepArgs, mend) {
  const startedAt = Date.now();
  process.stderr.write(`${name} ...`);
  // npm's own variables would reach into the install that we start.
  const own = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key));
  const result = spawnSync(program, stepArgs, {
    cwd: ROOT,
    encoding: 'utf8',
    // CI: pnpm asks nothing.
    env: { ...Object.fromEntries(own), CI: '1' },
    maxBuffer: 1e8,
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stderr.write(` ${seconds} s\n`);
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    fail(`${name} failed (${result.error?.message ?? `exit ${result.status}`}): ${mend}`);
  }
}

function findNode() {
  const folder = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const installed = join(
    ROOT,
    `node_modules/${folder}-${process.platform}-${process.arch}/bin/node`,
  );
  ensureLibatomic(installed);
  const found = [installed, process.execPath, 'node'].find(
    (path) => nodeMajor(path) >= NODE_MAJOR_MIN,
  );
  return (
    found ??
    fail(
      `Node ${NODE_MAJOR_MIN} does not run here (${process.platform}-${process.arch}): install it from https://nodejs.org and put it on PATH`,
    )
  );
}

// Node 26 needs one library that a minimal Debian lacks.
function ensureLibatomic(installed) {
  const { stderr } = spawnSync(installed, ['--version'], { encoding: 'utf8' });
  if (!/libatomic\.so/.test(stderr ?? '')) {
    return;
  }
  // npm puts this folder before all others on PATH, so the next `npm start` would not even reach this file.
  rmSync(join(ROOT, 'node_modules/.bin/node'), { force: true });
  const command = 'apt-get install -y libatomic1';
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    fail(`Node ${NODE_MAJOR_MIN} needs the library libatomic.so.1: sudo ${command}`);
  }
  // A fresh image has no package lists yet.
  const script = `${command} || { apt-get update && ${command}; }`;
  step('libatomic1 for Node 26', 'sh', ['-c', script], command);
}

function nodeMajor(path) {
  if (path === process.execPath) {
    return Number(process.versions.node.split('.')[0]);
  }
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

// The script behind a name in node_modules/.bin. Those files are shell scripts that would pick the machine's Node.
function toolScript(tool) {
  const scopes = readdirSync(join(ROOT, 'node_modules'))
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(ROOT, 'node_modules', name)).map((part) => `${name}/${part}`)
        : [name],
    )
    .filter((name) => existsSync(join(ROOT, 'node_modules', name, 'package.json')));
  for (const name of scopes) {
    const { bin } = JSON.parse(
      readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'),
    );
    const script = typeof bin === 'string' ? name.split('/').at(-1) === tool && bin : bin?.[tool];
    if (script) {
      return join(ROOT, 'node_modules', name, script);
    }
  }
  return fail(`no tool "${tool}" in node_modules`);
}

function run(program, programArgs, detached) {
  const env = {
    ...runningUrls(),
    ...process.env,
    NODE_COMPILE_CACHE: join(ROOT, '.razao/compile-cache'),
  };
  const child = spawn(program, programArgs, { cwd: ROOT, stdio: 'inherit', env, detached });
  // One Ctrl-C arrives here twice, from the terminal and forwarded by npm, and to the program a second signal means "exit at
  // once". So it has a session of its own, which the terminal does not reach, and gets one signal for a burst.
  let lastAt = 0;
  const forward = (signal) => {
    if (detached && Date.now() - lastAt > 500) {
      lastAt = Date.now();
      child.kill(signal);
    }
  };
  process.on('SIGINT', () => forward('SIGINT'));
  process.on('SIGTERM', () => (detached ? forward('SIGTERM') : child.kill('SIGTERM')));
  process.on('SIGHUP', () => (detached ? forward('SIGTERM') : child.kill('SIGHUP')));
  child.on('error', (error) => fail(`cannot start ${program}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

// Where the stores of a running `npm start` are, for the operator's commands; the environment comes first.
function runningUrls() {
  const file = join(ROOT, '.razao/run.json');
  if (!COMMANDS[command]?.operator || !existsSync(file)) {
    return {};
  }
  const { databaseUrl, redisUrl } = JSON.parse(readFileSync(file, 'utf8'));
  return { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
