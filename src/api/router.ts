import { type RequestHandler, Router } from 'express';
import type Joi from 'joi';
import type { Caller, CallerSources } from '#src/security/caller.ts';
import { onlyMethods } from './errors.ts';
import type { Operation } from './operation.ts';
import { maxErrors, Problem, shortened } from './problem.ts';

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
        await admit?.(caller, response);
        demandScope(caller, operation);
        callers.set(request, caller);
        next();
      };
      const handle: RequestHandler = async (request, response) => {
        const caller = callers.get(request) as Caller;
        const path = checked(parameters?.path, request.params);
        const query = checked(parameters?.query, request.query);
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
  const wanted = operation.scopes.join(' or ');
  throw new Problem('OMS_SCOPE_INSUFFICIENT', `this needs a token with the scope ${wanted}`, {
    headers: { 'www-authenticate': `Bearer realm="oms", error="insufficient_scope", scope="${operation.scopes[0]}"` },
  });
}

/** @throws Problem naming every parameter that is wrong or unknown */
function checked(schema: Joi.ObjectSchema | undefined, given: unknown): unknown {
  if (!schema) return given;
  const { value, error } = schema.validate(given, { abortEarly: false, errors: { wrap: { label: false } } });
  if (error)
    throw new Problem('OMS_PARAMETER_INVALID', 'some parameters of the address are wrong or unknown', {
      errors: error.details.slice(0, maxErrors).map(({ path, message }) => ({
        field: shortened(path.join('.')),
        message: shortened(message),
      })),
    });
  return value;
}
