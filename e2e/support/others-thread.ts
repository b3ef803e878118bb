import { parentPort, workerData } from 'node:worker_threads';
import { startFlood } from './flood.ts';

/** Runs a flood on a thread of its own until told to stop: what else the test does must not look like latency. */
const flood = await startFlood(workerData);
parentPort?.postMessage('started');
parentPort?.once('message', async () => {
  await flood.stop();
  const { strange, overloaded, unavailable } = flood;
  const refused = [...strange, ...overloaded, ...unavailable];
  parentPort?.postMessage({ latency: flood.latency(), refused });
  parentPort?.close();
});
