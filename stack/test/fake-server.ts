import { createServer } from 'node:http';

/**
 * Stands in for an API or worker process in the tests of the supervisor. /hang blocks its event loop for ever, /crash ends
 * it, everything else answers 200. FAKE chooses a fault: `mute` never listens, `stubborn` ignores SIGTERM, `broken` exits.
 */
const fault = process.env['FAKE'];
const port = Number(process.env['PORT'] || process.env['WORKER_PORT']);

if (fault === 'broken') {
  console.error('cannot start');
  process.exit(3);
}
process.on('SIGTERM', () => {
  if (fault !== 'stubborn') {
    process.exit(0);
  }
});
const server = createServer((request, response) => {
  if (request.url === '/hang') {
    for (;;) {
      // Never yields: what a stuck event loop looks like from outside.
    }
  }
  if (request.url === '/crash') {
    process.exit(7);
  }
  response.end(process.env['DATABASE_URL'] ?? '');
});
if (fault === 'mute') {
  setInterval(() => {}, 1000);
} else {
  server.listen(port, '127.0.0.1', () => console.log(JSON.stringify({ level: 'info', msg: 'up' })));
}
