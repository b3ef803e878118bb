import { serve } from '@hono/node-server';
import { Hono } from 'hono';

// R: what a route costs on this machine that reads a JSON body, answers 202, and does nothing. The port is the only argument.

const app = new Hono();
app.post('*', async (c) => {
  await c.req.json();
  return c.json({ status: 'queued' }, 202);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.argv[2]) });
