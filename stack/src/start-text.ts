import type { Unready } from './await-ready.ts';
import type { RunFile } from './run-file.ts';

/** What `npm start` prints when everything answers. */
export function readyText(run: RunFile, where: { name: string; where: string }[], logs: string) {
  const rows = [
    ...run.processes.map(({ name, port, pid }) => [name, `${urlOf(run, port)}`, `pid ${pid}`]),
    ...where.map(({ name, where }) => [`${name} data`, where]),
    ['logs', logs],
    ['metrics', `${run.apiUrl}/metrics  ${run.workerUrl}/metrics`],
  ];
  return `Razão is ready.\n\n${table(rows)}\n\nTry it:\n\n${firstCurl(run.apiUrl)}\n\nCtrl-C stops everything.`;
}

/** What `npm start -- --stores` prints. */
export function storesText(where: readonly { name: string; where: string }[]): string {
  const rows = where.map(({ name, where }) => [`${name} data`, where]);
  return `Postgres and Redis are ready; nothing works on them.\n\n${table(rows)}\n\nCtrl-C stops them.`;
}

/** What `npm start` prints while processes run that cannot work, and what to do. */
export function notReadyText(
  unready: readonly Unready[],
  where: readonly { name: string; where: string }[],
): string {
  const byFault = Map.groupBy(
    unready.flatMap(({ name, faults }) => faults.map((fault) => ({ name, fault }))),
    ({ fault }) => fault,
  );
  const faults = Array.from(
    byFault,
    ([fault, of]) => `  ${of.map(({ name }) => name).join(', ')}: ${fault}`,
  );
  const apart = byFault.keys().some((fault) => fault.startsWith('installation: '));
  const remedy = apart ? `\n\n${apartText(where)}` : '';
  return `Razão is not ready, and goes on by itself once it can work.\n\n${faults.join('\n')}${remedy}`;
}

/** While all of this runs: the commands need both stores. */
function apartText(where: readonly { name: string; where: string }[]): string {
  const rows = [
    ['npm run installation', 'shows what lies in Postgres and in Redis'],
    ['npm run installation -- adopt', 'goes on with both as they are now'],
  ];
  const data = where.map(({ name, where }) => `${name} in ${where}`).join(', ');
  return `Postgres and Redis hold what belongs together. If one of them was lost, restored or replaced, decide in another terminal:\n\n${table(rows)}\n\nOr begin anew: Ctrl-C, and delete the data of both (${data}).`;
}

/** What a second `npm start` prints. */
export function runningText(run: RunFile): string {
  const rows = [
    ...run.processes.map(({ name, port, pid }) => [name, urlOf(run, port), `pid ${pid}`]),
    ...run.services.map(({ name, url, pid }) => [
      name,
      withoutPassword(url),
      pid === null ? '' : `pid ${pid}`,
    ]),
  ];
  return `Razão runs already (pid ${run.pid}).\n\n${table(rows)}\n\nStop it with Ctrl-C where it runs, or: kill ${run.pid}`;
}

/** A URL as it may be shown. */
function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') {
    shown.password = '***';
  }
  return shown.href;
}

function urlOf({ apiUrl }: RunFile, port: number): string {
  const url = new URL(apiUrl);
  url.port = String(port);
  return url.origin;
}

function firstCurl(apiUrl: string): string {
  const key = process.env['RAZAO_DEV_KEY'] ? '$RAZAO_DEV_KEY' : 'razao_dev_admin';
  const head = `-H "Authorization: Bearer ${key}" -H "Content-Type: application/json"`;
  return `curl -X PUT ${apiUrl}/v1/ledgers/demo ${head} -d '{}'

curl -X POST ${apiUrl}/v1/ledgers/demo/transactions ${head} \\
  -H "Idempotency-Key: my-first-one" -H "Prefer: wait=5" \\
  -d '{"postings":[{"source":"world","destination":"users:001:wallet","asset":"BRL/2","amount":"1050"}]}'`;
}

function table(rows: (string | undefined)[][]): string {
  const widths = [0, 1].map((column) =>
    Math.max(...rows.map((row) => (row.length > column + 1 ? (row[column]?.length ?? 0) : 0))),
  );
  return rows
    .map((row) => `  ${row.map((cell, at) => (cell ?? '').padEnd(widths[at] ?? 0)).join('  ')}`)
    .map((line) => line.trimEnd())
    .join('\n');
}
