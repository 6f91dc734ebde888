import type { RequestStatus } from '#processors/document/ports.ts';

/** How something is meant: one colour each, in light and dark. */
export type Tone = 'plain' | 'good' | 'waiting' | 'bad' | 'person';

const tones: Partial<Record<RequestStatus, Tone>> = {
  COMPLETED: 'good',
  FAILED: 'bad',
  STOPPED: 'bad',
  REJECTED: 'bad',
  CANCELLED: 'waiting',
};

export const toneOf = (status: RequestStatus): Tone => tones[status] ?? 'plain';
