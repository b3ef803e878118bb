import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import { freePort } from '../ports.ts';
import type { StackOptions } from '../stack-options.ts';
import { SupervisedProcess } from '../supervise.ts';
import { apiSpec, workerSpec } from './stack-specs.ts';

const ENTRIES = { api: join(ROOT, 'api/src/main.ts'), worker: join(ROOT, 'worker/src/main.ts') };

/** API and worker are neighbours (3000 and 3001), so further processes of a kind count up in steps of two. */
export const PORT_STEP = 2;

/** The processes of one kind that a stack is to run, not yet started. */
export async function buildProcesses(
  kind: 'api' | 'worker',
  options: StackOptions,
  urls: { databaseUrl: string; redisUrl: string },
): Promise<SupervisedProcess[]> {
  const count = (kind === 'api' ? options.apis : options.workers) ?? 1;
  const specOf = kind === 'api' ? apiSpec : workerSpec;
  const processes: SupervisedProcess[] = [];
  for (let index = 0; index < count; index += 1) {
    const spec = specOf({
      ...urls,
      index,
      entry: (options.entries ?? ENTRIES)[kind],
      port: options.ports === 'free' ? await freePort() : options.ports[kind] + PORT_STEP * index,
      directory: options.directory,
      env: options.env ?? {},
    });
    processes.push(
      new SupervisedProcess(spec, {
        restart: options.supervise ?? false,
        onLine: (line) => options.onLine?.(spec.name, line),
        onEvent: (text) => options.onEvent?.(spec.name, text),
        onChange: () => options.onChange?.(),
        ...(options.timing && { timing: options.timing }),
      }),
    );
  }
  return processes;
}
