import type { RequestStatus } from '#processors/document/ports.ts';
import { invoice, metadata, offer, type RequestBody } from '#test/support/documents.ts';
import { between, oneOf, type Random } from './random.ts';

/** A request, what its client does with it, and how it may end whatever happens to us meanwhile. */
export interface Planned {
  kind: string;
  body: RequestBody;
  ends: readonly RequestStatus[];
  /** Why, when it ends badly. */
  code?: string;
  /** Taken back by its client: before anybody may begin with it, or at any moment. */
  cancel?: 'before' | 'whenever';
}

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();
const customer = { CUSTOMER_ID: 'C-1001' };
const wishing = (SANDBOX: string) => ({ documentMetadata: metadata({ ...customer, SANDBOX }) });

const rejectedFor = (code: string) => ({ ends: ['REJECTED'] as const, code });

/** Of a hundred requests. What befalls a whole call befalls its company too, which must end well all the same. */
const mix: readonly [share: number, plan: (random: Random) => Omit<Planned, 'kind'> & { kind: string }][] = [
  [
    8,
    () => ({
      kind: 'invalid',
      body: invoice({ documentName: 'NOSUCHNAME' }),
      ...rejectedFor('OMS_DOCUMENT_NAME_UNKNOWN'),
    }),
  ],
  [4, () => ({ kind: 'refused', body: invoice(wishing('reject')), ...rejectedFor('OMS_THUNDERHEAD_REFUSED') })],
  [
    6,
    (random) => ({
      kind: 'failing',
      body: invoice(wishing(oneOf(random, ['error', 'partial']))),
      ends: ['FAILED'],
      code: 'OMS_BATCH_ERRORED',
    }),
  ],
  [
    1,
    (random) => ({
      kind: 'unanswered',
      body: invoice(wishing(oneOf(random, ['timeout', 'reset', 'malformed']))),
      ends: ['COMPLETED'],
    }),
  ],
  [
    1,
    (random) => ({
      kind: 'turned away',
      body: invoice(wishing(`${oneOf(random, ['unavailable', 'server-error', 'throttled-500'])}:1`)),
      ends: ['COMPLETED'],
    }),
  ],
  [6, () => ({ kind: 'withdrawn', body: invoice({ notBefore: tomorrow() }), ends: ['CANCELLED'], cancel: 'before' })],
  [4, () => ({ kind: 'regretted', body: invoice(), ends: ['CANCELLED', 'COMPLETED'], cancel: 'whenever' })],
];

/** Every fifth of the good ones is to be called back. */
export function planDocuments(random: Random, count: number, callbackUrl: string): Planned[] {
  return Array.from({ length: count }, (): Planned => {
    let place = random() * 100;
    const planned = mix.find(([share]) => {
      place -= share;
      return place < 0;
    });
    if (planned) return planned[1](random);
    const priority = between(random, 0, 9);
    const changes = { priority, ...(random() < 0.2 && { callbackUrl }) };
    return { kind: 'good', body: oneOf(random, [invoice, offer])(changes), ends: ['COMPLETED'] };
  });
}
