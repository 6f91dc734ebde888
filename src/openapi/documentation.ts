import type { Router } from 'express';
import type { Operation } from '#src/api/operation.ts';
import type { SecurityConfig } from '#src/config/security.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { openApiDocument } from './document.ts';
import { openApiRoutes } from './routes.ts';

/** What is offered here, described, at `/openapi.json` and `/docs`. */
export const documentation = (
  operations: readonly Operation[],
  { oidmUrl, oidmTokenPath }: Pick<SecurityConfig, 'oidmUrl' | 'oidmTokenPath'>,
): Router =>
  openApiRoutes(openApiDocument(operations, { version: packageJson.version, tokenUrl: oidmUrl + oidmTokenPath }));
