import { systemProgram } from '../services/system-program.ts';

type Say = (line: string) => void;

const PROMETHEUS = {
  name: 'Prometheus',
  debian: 'prometheus',
  brew: 'prometheus',
  otherwise: 'install prometheus and promtool 2.42 or newer',
};

/** nginx on this machine, installed with apt-get where that is possible without asking; so are the others here. */
export function nginxProgram(say?: Say): string {
  const nginx = { name: 'nginx', debian: 'nginx', brew: 'nginx', otherwise: 'install nginx' };
  return systemProgram(['nginx'], nginx, say);
}

/** The Prometheus server. */
export function prometheusProgram(say?: Say): string {
  return systemProgram(['prometheus'], PROMETHEUS, say);
}

/** What checks and tests Prometheus's files. */
export function promtoolProgram(say?: Say): string {
  return systemProgram(['promtool'], PROMETHEUS, say);
}
