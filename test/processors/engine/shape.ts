import type { advance } from '#processors/engine/advance.ts';
import { done, type Failure } from '#processors/engine/outcome.ts';
import type { Progress } from '#processors/engine/progress.ts';
import type { Retry, Stage } from '#processors/engine/stage.ts';

/** Pipelines as the state machine sees them: names and abilities, nothing that runs. */
export type Shape = Parameters<typeof advance>[2];

export const now = new Date('2026-03-01T10:00:00.000Z');
export const failure: Failure = { code: 'TOY_REFUSED', category: 'TOY', description: 'the toy said no' };

/** Just received. */
export const begun: Progress = {
  id: '0195a1c0-0000-7000-8000-000000000001',
  stage: '',
  status: 'ready',
  result: null,
  direction: 'forward',
  attempts: 0,
  runs: 0,
  round: 1,
  priority: 0,
  cancelAsked: false,
  dueAt: now,
  since: now,
  revision: 0,
};

/** `pay+undo`, `close+always`: a stage's name and what it is. Three attempts, unless told. */
export function shape(options: { stages: string[]; pivot?: string; retry?: Partial<Retry> }): Shape {
  const stages = options.stages.map((text): Stage<never> => {
    const [name = '', ...is] = text.split('+');
    return {
      name,
      retry: { attempts: 3, firstMs: 100, capMs: 1_000, ...options.retry },
      run: async () => done(),
      ...(is.includes('undo') && { undo: async () => done() }),
      ...(is.includes('always') && { always: true as const }),
    };
  });
  return {
    name: 'toy',
    stages: stages as [Stage<never>, ...Stage<never>[]],
    ...(options.pivot && { pivot: options.pivot }),
  };
}
