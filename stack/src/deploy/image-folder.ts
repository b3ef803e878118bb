import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { basename, delimiter, dirname, join, matchesGlob, relative } from 'node:path';
import { ROOT } from '../paths.ts';
import { readText } from './deploy-files.ts';

/**
 * Makes the folder that the image would have as /razao, by what the Dockerfile says: its copies, its pnpm install, and its
 * first run of our programs. So what the image lacks is missed here too, without a Docker engine.
 */
export function buildImageFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const instruction of instructions()) {
    const [keyword, ...words] = instruction.split(/\s+/);
    if (keyword === 'COPY' && !words[0]?.startsWith('--')) {
      copy(words.slice(0, -1), words.at(-1) ?? '', folder);
    } else if (/^RUN (CI=1 pnpm|node) /.test(instruction)) {
      run(instruction.slice('RUN '.length), folder);
    }
  }
}

function instructions(): string[] {
  const text = readText('Dockerfile').replace(/^#.*\n/gm, '');
  return text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean);
}

function copy(sources: string[], target: string, folder: string): void {
  const ignored = readText('.dockerignore')
    .split('\n')
    .filter((line) => /^[^#!]/.test(line) && line !== '*');
  const filter = (path: string) =>
    !ignored.some((pattern) => matchesGlob(relative(ROOT, path), pattern));
  for (const source of sources) {
    const into = target.endsWith('/') ? join(target, basename(source)) : target;
    cpSync(join(ROOT, source), join(folder, into), { recursive: true, filter });
  }
}

function run(command: string, folder: string): void {
  // npm's own variables would reach into the install.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const tools = [dirname(process.execPath), join(ROOT, '.razao/tool/node_modules/.bin')];
  execFileSync('sh', ['-c', command], {
    cwd: folder,
    stdio: 'pipe',
    env: {
      ...Object.fromEntries(own),
      PATH: [...tools, process.env['PATH']].join(delimiter),
      NODE_COMPILE_CACHE: join(folder, '.compile-cache'),
    },
  });
}
