import type { Router } from 'express';
import { type BoardParts, createBoard } from '#admin/board.ts';
import type { Config } from '#src/config.ts';
import type { Overseers } from '#src/platform/database.ts';
import type { Logger } from '#src/platform/log.ts';
import { boardAccess } from '#src/security/board-gate.ts';
import type { Security } from '#src/security/open-security.ts';
import type { Thunderhead } from '#src/thunderhead/generator.ts';
import type { OpenPipelines } from './pipelines.ts';
import { thunderheadControls } from './thunderhead-controls.ts';

export interface BoardRoleParts
  extends Pick<BoardParts, 'clock' | 'orchestration' | 'backend' | 'pauses' | 'recovery'> {
  overseers: Pick<Overseers, 'operators' | 'plans'>;
  pipelines: OpenPipelines;
  security: Security;
  thunderhead: Pick<Thunderhead, 'budget' | 'callSettings' | 'contents'>;
  log: Logger;
}

/** The role `admin`: the board, and the gate before it. */
export const board = (
  config: Config,
  { overseers, pipelines, security, thunderhead, clock, orchestration, backend, pauses, recovery, log }: BoardRoleParts,
): Router =>
  createBoard({
    ...{ pool: overseers.operators, plansPool: overseers.plans, clock, orchestration, backend, pauses, recovery, log },
    environment: config.environmentName,
    pipelines: [pipelines.documents],
    callbacks: pipelines.callbacks,
    engineRoom: pipelines.all,
    thunderhead: thunderheadControls(thunderhead),
    documents: thunderhead.contents,
    access: boardAccess(config.security, { ...security, log }),
  });
