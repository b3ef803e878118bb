import process from 'node:process';

/**
 * Loaded before the program of a supervised process (`--import`). Its standard input is a pipe held by the supervisor:
 * when that closes, the supervisor is dead, however it died, and the process stops as if asked to. Without this a
 * killed `npm start` would leave processes behind that hold its ports.
 */
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.on('error', () => {});
process.stdin.resume();
// Listening here must not keep a program alive that has nothing left to do.
(process.stdin as unknown as { unref?: () => void }).unref?.();
