import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import autocannon from 'autocannon';
import { type Latency, summariseLatency } from './summarise-latency.ts';

const LATENCY_MICROS_MAX = 60_000_000;
const ANSWER_SECONDS_MAX = 10;
/** How often autocannon looks whether the time is over: its default of a second would run up to a second longer. */
const SAMPLE_MS = 100;
const RECONNECT_MS = 50;

/** What came back for a request, which may have been sent more than once. */
export type Answer = {
  status: number;
  /** Names and values in turn, as they were received. */
  headers: readonly string[];
  /** The bytes received that contain the body; the head may stand before it. */
  raw: Buffer;
  /** 1, or more when a connection was lost before the answer. */
  sends: number;
  /** False once this connection was lost: autocannon may then take a late answer for that of a later request. */
  orderly: boolean;
};

export type DrivePlan<T> = {
  apiUrl: string;
  connections: number;
  seconds: number;
  /** Makes up the next request of a connection; they are numbered from 0. */
  next(connection: number): T;
  /** The whole HTTP request; called again when it must be sent again. */
  encode(request: T): string;
  onAnswer(request: T, answer: Answer): void;
};

export type Driven<T> = {
  /** Sent, but the time was over before their answers came: nobody knows what became of them. */
  unanswered: T[];
  /** Milliseconds on the clock of `performance.now()`. */
  startedAt: number;
  endedAt: number;
  /** Of answers with a 2xx status. */
  latency: Latency;
  /** Lost connections and timeouts, by code or text. */
  errors: Record<string, number>;
};

type Connection<T> = {
  request: T | null;
  sends: number;
  orderly: boolean;
  sentAt: number;
  headers: string[];
  raw: Buffer;
};
/** What autocannon's types do not say: it calls these for every request it sends and for every connection it opens. */
type RawClient = autocannon.Client & {
  getRequestBuffer(): string;
  _connect(): void;
  destroyed: boolean;
};

/**
 * Keeps `connections` busy for `seconds`, each with one request at a time, by autocannon in this process. A request whose
 * connection was lost is sent again on the next one before anything else, as a good client does.
 */
export async function drive<T>(plan: DrivePlan<T>): Promise<Driven<T>> {
  const connections: Connection<T>[] = [];
  const histogram = createHistogram({ lowest: 1, highest: LATENCY_MICROS_MAX, figures: 3 });
  const errors: Record<string, number> = {};
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        url: plan.apiUrl,
        method: 'POST',
        connections: plan.connections,
        duration: plan.seconds,
        timeout: ANSWER_SECONDS_MAX,
        sampleInt: SAMPLE_MS,
        setupClient(client) {
          reconnectCalmly(client as RawClient);
          connections.push(attach(client as RawClient, connections.length, plan, histogram));
        },
      },
      (error) => (error ? reject(error) : resolve()),
    );
    instance.on('reqError', (error: NodeJS.ErrnoException) => {
      const kind = error.code ?? error.message;
      errors[kind] = (errors[kind] ?? 0) + 1;
    });
  });
  return {
    unanswered: connections.flatMap(({ request }) => (request === null ? [] : [request])),
    startedAt,
    endedAt: performance.now(),
    latency: summariseLatency(histogram),
    errors,
  };
}

/**
 * Makes one of autocannon's connections send what the plan says. Its own hooks for that (`setRequest`, `setupRequest`)
 * build each request from an object at 8 microseconds, 40 % of all that a request costs here; its clock goes wrong after
 * a lost connection. So the bytes and the time come from us.
 */
function attach<T>(
  client: RawClient,
  number: number,
  plan: DrivePlan<T>,
  histogram: RecordableHistogram,
): Connection<T> {
  const nothing = Buffer.alloc(0);
  const connection: Connection<T> = {
    request: null,
    sends: 0,
    orderly: true,
    sentAt: 0,
    headers: [],
    raw: nothing,
  };
  client.getRequestBuffer = () => {
    if (connection.request === null) {
      connection.request = plan.next(number);
      connection.sends = 0;
    } else {
      connection.orderly = false;
    }
    connection.sends += 1;
    connection.raw = nothing;
    connection.sentAt = performance.now();
    return plan.encode(connection.request);
  };
  client.on('headers', (head) => {
    connection.headers = (head as unknown as { headers: string[] }).headers;
  });
  client.on('body', (chunk) => {
    connection.raw = connection.raw === nothing ? chunk : Buffer.concat([connection.raw, chunk]);
  });
  client.on('response', (status) => {
    const { request, headers, raw, sends, orderly, sentAt } = connection;
    if (request === null) {
      return;
    }
    if (status >= 200 && status < 300) {
      const micros = Math.round((performance.now() - sentAt) * 1000);
      histogram.record(Math.min(Math.max(micros, 1), LATENCY_MICROS_MAX));
    }
    connection.request = null;
    plan.onAnswer(request, { status, headers, raw, sends, orderly });
  });
  return connection;
}

/**
 * autocannon connects again at once, in a busy loop while nobody listens, and twice when a connection ends with an error;
 * on cores that it shares with a server about to come back, that would be the load.
 */
function reconnectCalmly(client: RawClient): void {
  const connect = client._connect.bind(client);
  let first = true;
  let waiting = false;
  client._connect = () => {
    if (first) {
      first = false;
      connect();
    } else if (!waiting) {
      waiting = true;
      setTimeout(() => {
        waiting = false;
        if (!client.destroyed) {
          connect();
        }
      }, RECONNECT_MS);
    }
  };
}
