import { connect } from 'node:net';

/** Sends one command to a local Redis and returns the start of its raw answer; empty when nothing answers. */
export function askRedis(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const settle = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.once('data', (data) => settle(data.toString('utf8')));
    socket.once('error', () => settle(''));
    socket.once('timeout', () => settle(''));
    socket.once('close', () => settle(''));
  });
}
