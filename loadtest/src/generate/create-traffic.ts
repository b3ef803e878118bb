import { bulkBody } from './bulk-body.ts';
import { createEncoder, type RequestTarget, type Sent } from './create-encoder.ts';
import { createOpposite } from './create-opposite.ts';
import type { LoadRequest } from './create-tally.ts';
import { createWorkload, DOOMED_SHARE, type Workload } from './create-workload.ts';
import { drawRequest } from './draw-request.ts';
import { transferBody } from './transfer-body.ts';

/** How transfers are sent together; null: each in a request of its own. */
export type BulkPlan = { size: number; atomic: boolean; opposite: boolean };

export type TrafficPlan = {
  scenario: 'spread' | 'hot' | 'bulk';
  accounts: number;
  bulk: BulkPlan | null;
};

/** What a run sends. */
export type Traffic = {
  /** By place. */
  addresses: readonly string[];
  next(): LoadRequest;
  write(request: LoadRequest): Sent;
  /** The whole HTTP request. */
  encode(request: LoadRequest): string;
};

/** The traffic of a scenario to one ledger. */
export function createTraffic(plan: TrafficPlan, target: RequestTarget): Traffic {
  const { bulk } = plan;
  const workload = chooseWorkload(plan);
  const { addresses } = workload;
  const write = (request: LoadRequest): Sent => {
    const [first] = request;
    if (bulk === null && first !== undefined)
      return { below: '', key: first.key, body: transferBody(addresses, first) };
    const body = bulkBody(addresses, request, bulk?.atomic ?? false);
    return { below: '/bulk', key: null, body };
  };
  const encode = createEncoder(target);
  return {
    addresses,
    next: () => drawRequest(workload, bulk?.size ?? 1, bulk?.atomic ?? false),
    write,
    encode(request) {
      const { below, key, body } = write(request);
      return encode(key, body, below);
    },
  };
}

/** As many atomic bulks are rejected as there are rejected transfers elsewhere: one in a hundred. */
function chooseWorkload({ scenario, accounts, bulk }: TrafficPlan): Workload {
  if (bulk?.opposite) return createOpposite(accounts, bulk.size);
  const doomedShare = bulk?.atomic ? DOOMED_SHARE / bulk.size : DOOMED_SHARE;
  return createWorkload({ kind: scenario === 'hot' ? 'hot' : 'spread', accounts, doomedShare });
}
