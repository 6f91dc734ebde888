import { type RequestHandler, type Response, Router } from 'express';
import type { Operator } from '../access.ts';
import type { Audit } from '../audit/audit.ts';
import { answerErrors, type BoardLog } from '../board/refusal.ts';
import type { StageAdapter } from './adapter.ts';
import { type ResumeParts, resumeStages } from './pause.ts';

export interface AllAtOnceParts extends ResumeParts {
  stages: readonly StageAdapter[];
  /** Whose stages are paused and resumed together. */
  pipelines: readonly { name: string; stages: readonly { name: string }[] }[];
  operator: () => Operator;
  audit: Audit;
  log: BoardLog & { info(about: object, message: string): void };
}

/**
 * What Bull Board does one by one, and here goes at once. It retries all by asking for the first hundred failed ones until
 * there is none it has not seen: what fails again at once comes back to the top of that list, hides the others, and ends it
 * early. And it pauses all queue after queue, also those that only run by the clock.
 */
export function allAtOnce({ stages, pipelines, operator, audit, log, ...parts }: AllAtOnceParts): RequestHandler {
  const router = Router();
  const actor = () => operator().subject;
  const byName = new Map(stages.map((stage) => [stage.getName(), stage]));
  const answer = async (response: Response, work: () => Promise<object>) => {
    try {
      response.json(await work());
    } catch (error) {
      const { status = 500, body } = answerErrors(log)(error);
      response.status(status).json(body);
    }
  };
  router.put('/api/queues/:queue/retry/failed', ({ params }, response, next) => {
    const stage = byName.get(params.queue);
    if (!stage) return next();
    return answer(response, async () => {
      const { skipped, ...came } = await stage.operations.retryAll();
      const { subject, client } = operator();
      await audit.record({
        ...{ actor: subject, client, action: 'stage.retry-all', target: { type: 'stage', id: stage.getName() } },
        ...{ reason: 'on the board', result: 'done', details: came },
      });
      // `retried` and `skipped` are what the board's page knows.
      return { retried: 'went' in came ? came.went : 0, skipped, ...('plan' in came && came) };
    });
  });
  const forAll = (does: (pipeline: string, names: readonly string[]) => Promise<unknown>, message: string) => {
    return (response: Response) =>
      answer(response, async () => {
        for (const { name, stages } of pipelines)
          await does(
            name,
            stages.map((stage) => stage.name),
          );
        log.info({ actor: actor() }, message);
        return {};
      });
  };
  const pauseAll = forAll(
    (pipeline, names) => parts.pauses.set(pipeline, names, true, actor()),
    'all stages were paused on the board',
  );
  const resumeAll = forAll(
    (pipeline, names) => resumeStages(parts, { pipeline, stages: names, actor: actor() }),
    'all stages were resumed on the board',
  );
  router.put('/api/queues/pause', (_request, response) => pauseAll(response));
  router.put('/api/queues/resume', (_request, response) => resumeAll(response));
  return router;
}
