/** Raised where the session that holds the shard's lock is gone, and with it whatever was not yet committed. */
export class LockLost extends Error {
  constructor(shard: number, cause?: unknown) {
    super(`the lock of shard ${shard} is lost`, { cause });
    this.name = 'LockLost';
  }
}
