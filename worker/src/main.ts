import { createLog } from '@razao/shared/runtime/log.ts';
import { runServices } from '@razao/shared/runtime/service.ts';
import { readConfig } from './config.ts';
import { createWorker } from './create-worker.ts';

const config = readConfig();
const log = createLog('worker', config.LOG_LEVEL);
await runServices(createWorker(config, log), log);
