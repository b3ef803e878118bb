import { STOP_COMMIT_MS_MAX } from '@razao/shared/contract/limits.ts';
import type { CommitterDeps } from './committer.ts';
import { type LockPace, LockSession } from './lock-session.ts';

/** Waits for a shard's lock, in a database that has all that was posted before; null where it may not be had now. */
export async function takeLock(
  deps: CommitterDeps,
  signal: AbortSignal,
  pace: LockPace,
): Promise<LockSession | null> {
  const bond = deps.installation.bond();
  if (!bond || pace() === null) return null;
  const { shard } = deps.keys;
  const session = await LockSession.acquire({ ...deps, shard, bond }, signal, pace);
  if (!session) return null;
  const older = await deps.isTooOld(session, deps.keys).catch((error) => {
    session.destroy();
    throw error;
  });
  if (!older) return session;
  session.destroy();
  return null;
}

/** A process that stops must not leave a commit behind: what it noted and has in hand is taken back while it lives. */
export function cutOff(session: LockSession, stopping: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onStop = () => {
    timer = setTimeout(() => session.destroy(), STOP_COMMIT_MS_MAX);
  };
  if (stopping.aborted) onStop();
  stopping.addEventListener('abort', onStop);
  return () => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', onStop);
  };
}
