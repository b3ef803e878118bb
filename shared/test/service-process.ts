import { setTimeout as delay } from 'node:timers/promises';
import { createLog } from '../src/runtime/log.ts';
import { runServices, type Service } from '../src/runtime/service.ts';

/**
 * A process for `service.integration.test.ts`: runs parts named by its arguments, and says what it does on stdout. A part's name may end
 * in what goes wrong with it: `b:hangs`, `b:fails`, `b:throws`, `b:slow-start`.
 */
const services = process.argv.slice(2).map((argument): Service => {
  const [name = '', fault] = argument.split(':');
  return {
    name,
    async start() {
      if (fault === 'slow-start') await delay(1_000);
      say(`start ${name}`);
      if (fault === 'throws') setTimeout(() => Promise.reject(new Error('nobody catches this')));
    },
    async stop() {
      say(`stop ${name}`);
      if (fault === 'hangs') await new Promise(() => {});
      if (fault === 'fails') throw new Error('on purpose');
      await delay(20);
      say(`stopped ${name}`);
    },
  };
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Like a server, it does not end by itself.
setInterval(() => {}, 1_000);
await runServices(services, createLog('test', 'silent'));
say('running');
