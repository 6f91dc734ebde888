import { planned } from '#admin/retriggers/failed-documents.ts';
import { startRetriggers } from '#admin/retriggers/loop.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { Orchestration } from '#queues/orchestration.ts';
import type { Connections } from '#src/platform/database.ts';
import type { Logger } from '#src/platform/log.ts';
import type { Thunderhead } from '#src/thunderhead/generator.ts';
import type { OpenPipelines } from './pipelines.ts';

export interface RetriggersRoleParts {
  connections: Connections;
  pipelines: OpenPipelines;
  thunderhead: Pick<Thunderhead, 'callSettings'>;
  clock: Clock;
  orchestration: Pick<Orchestration, 'signal'>;
  log: Logger;
}

/** The plans that operators make are worked on where the board is. */
export const retriggers = ({ connections, pipelines, thunderhead, ...parts }: RetriggersRoleParts): AsyncDisposable =>
  startRetriggers({
    ...parts,
    pool: connections.durable,
    pipeline: planned(pipelines.documents),
    calls: thunderhead.callSettings.current,
  });
