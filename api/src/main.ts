import { createLog } from '@razao/shared/runtime/log.ts';
import { runServices } from '@razao/shared/runtime/service.ts';
import { readConfig } from './config.ts';
import { createApi } from './create-api.ts';

const config = readConfig();
const log = createLog('api', config.LOG_LEVEL);
await runServices(createApi(config, log), log);
