/** Thunderhead as its callers meet it: the job server, and the gateway in front, which also carries the controls. */
import { openBackend } from '../gateway/backend.ts';
import { bearerChecker } from '../gateway/bearer.ts';
import { openCallCounts } from '../gateway/call-counts.ts';
import { control, type Dials } from '../gateway/control.ts';
import { openIdempotency } from '../gateway/idempotency.ts';
import { scriptedRefusals } from '../gateway/scripted-refusals.ts';
import { base, startGateway } from '../gateway/server.ts';
import { openThrottle } from '../gateway/throttle.ts';
import { openBatches } from './batches.ts';
import { openChance } from './chance.ts';
import { gatewayUser, startJobServer } from './job-server.ts';
import { openProgress } from './progress.ts';
import { submitter } from './submit.ts';

export interface Settings {
  /** The gateway's. 0: any free port. */
  port?: number;
  /** The job server's. */
  soapPort?: number;
  host?: string;
  /** How long a batch takes from being accepted to its end. */
  batchMs?: number;
  /** How long the gateway waits for the job server. */
  backendTimeoutMs?: number;
  /** The origin of an OIDM whose tokens the gateway asks for; none: it asks for no token. */
  oidm?: string | undefined;
  /** File or folder that lets the batches outlive the process. */
  state?: string | undefined;
  now?: () => number;
  contentBytes?: number;
  mostDocuments?: number;
}

export interface Thunderhead {
  /** The base of the facade; the control surface is at `/sandbox` of the same origin. */
  url: string;
  /** The job server itself. */
  soapUrl: string;
  close(): Promise<void>;
}

export async function startThunderhead(settings: Settings = {}): Promise<Thunderhead> {
  const { port = 0, soapPort = 0, host = '127.0.0.1', batchMs = 1500, backendTimeoutMs = 8000 } = settings;
  const { state, now = Date.now, oidm } = settings;
  const { contentBytes = 128 * 1024 * 1024, mostDocuments = 500_000 } = settings;
  const dials: Dials = { outage: 'none', batchMs, skewMs: 0 };
  await using opened = new AsyncDisposableStack();
  const batches = await openBatches({ now, state, contentBytes, mostDocuments });
  opened.defer(() => batches.close());
  const [progress, chance] = [openProgress(), openChance()];
  const [counts, throttle, idempotency] = [openCallCounts(now), openThrottle(now), openIdempotency()];

  const submit = submitter({ batches, progress, chance, batchMs: () => dials.batchMs, now });
  const jobServer = await startJobServer(
    { port: soapPort, host },
    { batches, now, skewMs: () => dials.skewMs, submit },
  );
  opened.defer(jobServer.close);
  const backend = openBackend({ url: jobServer.soapUrl, user: gatewayUser, timeoutMs: backendTimeoutMs });
  opened.defer(backend.close);
  const gateway = await startGateway(
    { port, host },
    {
      ...{ backend, idempotency, counts, throttle },
      scripted: scriptedRefusals(progress),
      outage: () => (dials.outage === 'refuse' ? 'none' : dials.outage),
      checkBearer: oidm === undefined ? undefined : bearerChecker(oidm),
      control: control({ dials, batches, progress, chance, counts, throttle, idempotency, jobServer, now }),
    },
  );
  opened.defer(gateway.close);
  const stack = opened.move();
  return { url: gateway.origin + base, soapUrl: jobServer.soapUrl, close: () => stack.disposeAsync() };
}
