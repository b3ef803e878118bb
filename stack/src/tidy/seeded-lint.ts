import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../paths.ts';

const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

/**
 * Lints files that are wrong on purpose, under our own biome.json but outside the repository, and returns what it finds as
 * `path rule`, for example `api/src/a.ts noRestrictedImports`.
 */
export async function lintSeeded(files: Record<string, string>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'razao-lint-'));
  try {
    const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
    delete config.$schema;
    config.files = { includes: ['**'] };
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(config));
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return findings(await runBiome(folder), basename(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runBiome(folder: string): Promise<string> {
  const args = [BIOME, 'lint', '--max-diagnostics=none', '--reporter=github', '.'];
  return new Promise((resolve) => {
    // It exits 1 because it finds what was seeded; an empty answer fails the test.
    execFile(process.execPath, args, { cwd: folder }, (_error, stdout) => resolve(stdout));
  });
}

function findings(report: string, folder: string): string[] {
  const found = report.matchAll(/^::\w+ title=lint\/\w+\/(\w+),file=([^,]+),/gm);
  return [...found].map(([, rule, path]) => `${path?.split(`${folder}/`).at(-1)} ${rule}`);
}
