import { type RequestHandler, Router } from 'express';
import type Joi from 'joi';
import type { Caller, CallerSources } from '#src/security/caller.ts';
import { scopeInsufficient } from '#src/security/challenges.ts';
import { checked } from './checked.ts';
import { onlyMethods } from './errors.ts';
import type { Operation } from './operation.ts';

export interface RouterPorts {
  operations: readonly Operation[];
  /** @throws Problem when nobody vouches for the caller. */
  authenticate(request: Parameters<RequestHandler>[0]): Promise<Caller>;
  /** Whose documents the caller may ask for, and see. */
  sourcesOf(caller: Caller): Promise<CallerSources>;
  /** Between knowing the caller and letting it in: rate limits. */
  admit?: (caller: Caller, response: Parameters<RequestHandler>[1]) => Promise<void>;
}

/** Who it is, then whether it may, then what the address says, and only then the body: a stranger's is never read. */
export function routerOf({ operations, authenticate, sourcesOf, admit }: RouterPorts): Router {
  const routes = Router({ caseSensitive: true });
  for (const [path, ofPath] of Map.groupBy(operations, ({ path }) => path)) {
    const route = routes.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const operation of ofPath) {
      const { method, body, parameters } = operation;
      const callers = new WeakMap<object, Caller>();
      const letIn: RequestHandler = async (request, response, next) => {
        const caller = await authenticate(request);
        response.locals.client = caller.client;
        await admit?.(caller, response);
        demandScope(caller, operation);
        callers.set(request, caller);
        next();
      };
      const handle: RequestHandler = async (request, response) => {
        const caller = callers.get(request) as Caller;
        const path = parametersOf(parameters?.path, request.params);
        const query = parametersOf(parameters?.query, request.query);
        await operation.handle({ request, response, path, query, caller, ...(await sourcesOf(caller)) });
      };
      route[method](letIn, ...(body?.read ?? []), handle);
    }
    route.all(onlyMethods(...ofPath.map(({ method }) => method.toUpperCase())));
  }
  return routes;
}

function demandScope({ scopes }: Caller, operation: Operation): void {
  if (operation.scopes.some((scope) => scopes.has(scope))) return;
  throw scopeInsufficient(`this needs a token with the scope ${operation.scopes.join(' or ')}`, [operation.scopes[0]]);
}

const parametersOf = (schema: Joi.ObjectSchema | undefined, given: unknown): unknown =>
  schema
    ? checked(schema, given, {
        code: 'OMS_PARAMETER_INVALID',
        detail: 'some parameters of the address are wrong or unknown',
      })
    : given;
