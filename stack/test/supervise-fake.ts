import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../src/ports.ts';
import { SupervisedProcess } from '../src/supervise.ts';

// A supervisor to be killed: runs one fake server and prints its pid.
const port = await freePort();
const supervised = new SupervisedProcess(
  {
    name: 'fake',
    entry: join(import.meta.dirname, 'fake-server.ts'),
    env: { PORT: String(port) },
    host: '127.0.0.1',
    port,
    logFile: join(tmpdir(), `razao-fake-${port}.log`),
  },
  { restart: true },
);
await supervised.start();
console.log(supervised.pid);
