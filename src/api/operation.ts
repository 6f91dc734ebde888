import type { Request, RequestHandler, Response } from 'express';
import type Joi from 'joi';
import type { Caller, CallerSources, Scope } from '#src/security/caller.ts';
import type { ProblemCode } from './problem.ts';

/**
 * One thing a client can ask for: what it takes, what it answers, and the code that does it, in one place. The router and
 * the OpenAPI document are both made from these.
 */
export interface Operation<Path = unknown, Query = unknown> {
  /** The OpenAPI operationId: `listDocumentRequests`. */
  id: string;
  method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/api/v1`, as OpenAPI writes it: `/document-requests/{id}`. */
  path: string;
  tag: 'Document requests' | 'Events' | 'Reference data';
  summary: string;
  description?: string;
  /** Any one of them lets a caller in. */
  scopes: readonly [Scope, ...Scope[]];
  /** What is in the address; checked before `handle` is called. */
  parameters?: { path?: Joi.ObjectSchema<Path>; query?: Joi.ObjectSchema<Query> };
  /** Request headers that mean something here; for the document only, `handle` reads them itself. */
  headers?: Record<string, HeaderDescription>;
  body?: {
    /** Unless told, it must be there. */
    required?: boolean;
    /** By media type. */
    content: Record<string, BodyDescription>;
    /** Reads it, after the caller was let in. */
    read: readonly RequestHandler[];
  };
  /** By status; the problems are not among them. */
  answers: Record<number, AnswerDescription>;
  /** Beyond those that every operation may answer with. */
  problems?: readonly ProblemCode[];
  handle(call: Call<Path, Query>): Promise<void> | void;
}

export interface Call<Path = unknown, Query = unknown> extends CallerSources {
  request: Request;
  response: Response;
  path: Path;
  query: Query;
  caller: Caller;
}

export interface BodyDescription {
  schema: Joi.Schema;
  /** Executed by a test: each is answered with a success. */
  examples?: Record<string, { summary: string; value: unknown }>;
}

export interface AnswerDescription {
  description: string;
  /** By media type; nothing when the answer has no body. */
  content?: Record<string, { schema: Joi.Schema; example?: unknown }>;
  headers?: Record<string, HeaderDescription>;
}

export interface HeaderDescription {
  description: string;
  schema: Joi.Schema;
  required?: boolean;
}

/** Infers what the address holds from its schemas. */
export const operation = <Path, Query>(described: Operation<Path, Query>): Operation =>
  described as unknown as Operation;
