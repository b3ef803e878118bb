import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KillPoint } from '@razao/shared/runtime/kill-point.ts';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';

/** The kill points of a stack's processes, which get `env`. */
export type KillSwitch = {
  env: { RAZAO_KILL_POINTS: string };
  /** `how` as in `killPoint`: `once`, `always <text>` or `spin <text>`. */
  arm(point: KillPoint, how?: string): void;
  /** False once a process has died of a `once`. */
  armed(point: KillPoint): boolean;
  disarm(point: KillPoint): void;
  /** Deletes the folder. */
  remove(): void;
};

/** `name` as that of the world. */
export function createKillSwitch(name: string): KillSwitch {
  return killSwitchIn(join(TEST_DIRECTORY, `e2e-${name}-kill-points`));
}

/** The same in a folder, which is emptied. */
export function killSwitchIn(folder: string): KillSwitch {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return {
    env: { RAZAO_KILL_POINTS: folder },
    arm: (point, how = 'once') => writeFileSync(join(folder, point), how),
    armed: (point) => existsSync(join(folder, point)),
    disarm: (point) => rmSync(join(folder, point), { force: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
