import type { Pool } from 'pg';
import { refuseUnknownStages } from '#processors/engine/known-stages.ts';
import type { Role } from '#src/config.ts';
import { pipelineShapes } from './pipeline-shapes.ts';

/**
 * Roles that move what stands anywhere, or ring for it. The API rings for what it has taken in itself, and goes on taking
 * requests beside another version.
 */
const ringing: readonly Role[] = ['worker', 'sweep', 'recovery', 'admin'];

export const rings = (roles: ReadonlySet<Role>): boolean => ringing.some((role) => roles.has(role));

/** Before anything is moved or rung. @throws Error that names what stands where this version would leave it for ever */
export const refuseUnknownWork = (pool: Pool): Promise<void> =>
  refuseUnknownStages(pool, pipelineShapes.all, ['bullmq']);
