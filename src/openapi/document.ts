import type Joi from 'joi';
import type { HeaderDescription, Operation } from '#src/api/operation.ts';
import { scopes } from '#src/security/caller.ts';
import { Components, type JsonSchema } from './json-schema.ts';
import { codesOf, ProblemAnswers, problemSchema } from './problems.ts';

export interface OpenApiDocument {
  openapi: string;
  info: Record<string, unknown>;
  servers: { url: string; description: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, object>;
    securitySchemes: Record<string, unknown>;
  };
}

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  parameters?: unknown[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; examples?: unknown }> };
  responses: Record<
    string,
    { $ref: string } | { description: string; content?: Record<string, { schema: JsonSchema }> }
  >;
}

const tags: Record<Operation['tag'], string> = {
  'Document requests': 'Ask for documents, follow them, fetch them.',
  Events: 'Learn of final statuses: as pages, as a stream, by a call back.',
  'Reference data': 'What the validation and the enrichment of requests go by.',
};

const about = `The Output Management System takes requests for documents, has them made, and tells how it ended.

Every call needs a bearer token. What goes wrong is answered as a problem document (RFC 9457) with a stable \`code\`; the schema
\`Problem\` lists the codes with their meaning.`;

/** The OpenAPI 3.1 document of these operations: the same objects that the router is made of. */
export function openApiDocument(
  operations: readonly Operation[],
  { version, tokenUrl }: { version: string; tokenUrl: string },
): OpenApiDocument {
  const components = new Components();
  const problemAnswers = new ProblemAnswers();
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    (paths[operation.path] as Record<string, OpenApiOperation>)[operation.method] = described(
      operation,
      components,
      problemAnswers,
    );
  }
  components.schemas.Problem = problemSchema();
  const used = new Set(operations.map(({ tag }) => tag));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Output Management System',
      version,
      description: about,
      contact: { name: 'OMS operations' },
    },
    servers: [{ url: '/api/v1', description: 'where this document comes from' }],
    tags: Object.entries(tags)
      .filter(([name]) => used.has(name as Operation['tag']))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: components.schemas,
      responses: problemAnswers.responses,
      securitySchemes: {
        oidm: {
          type: 'oauth2',
          description: 'A token of your own, from OIDM.',
          flows: { clientCredentials: { tokenUrl, scopes } },
        },
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token that you have already.',
        },
      },
    },
  };
}

function described(operation: Operation, components: Components, problemAnswers: ProblemAnswers): OpenApiOperation {
  const { id, tag, summary, description, scopes: anyOf, parameters, headers, body, answers } = operation;
  const named = [
    ...parametersIn('path', parameters?.path, components),
    ...parametersIn('query', parameters?.query, components),
    ...Object.entries(headers ?? {}).map(([name, header]) => ({
      name,
      in: 'header',
      required: header.required ?? false,
      ...headerOf(header, components),
    })),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, `Needs the scope ${anyOf.map((scope) => `\`${scope}\``).join(' or ')}.`]
      .filter(Boolean)
      .join('\n\n'),
    security: [...anyOf.map((scope) => ({ oidm: [scope] })), { token: [] }],
    ...(named.length > 0 && { parameters: named }),
    ...(body && {
      requestBody: {
        required: body.required ?? true,
        content: Object.fromEntries(
          Object.entries(body.content).map(([type, { schema, examples }]) => [
            type,
            { schema: components.schemaOf(schema), ...(examples && { examples }) },
          ]),
        ),
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          {
            description: answer.description,
            ...(answer.headers && {
              headers: Object.fromEntries(
                Object.entries(answer.headers).map(([name, header]) => [name, headerOf(header, components)]),
              ),
            }),
            ...(answer.content && {
              content: Object.fromEntries(
                Object.entries(answer.content).map(([type, { schema, example }]) => [
                  type,
                  { schema: components.schemaOf(schema), ...(example !== undefined && { example }) },
                ]),
              ),
            }),
          },
        ]),
      ),
      ...problemAnswers.of(codesOf(operation)),
    },
  };
}

const headerOf = ({ description, schema }: HeaderDescription, components: Components) => ({
  description,
  schema: components.schemaOf(schema),
});

/** One parameter for each key of the schema. */
function parametersIn(where: 'path' | 'query', schema: Joi.ObjectSchema | undefined, components: Components) {
  if (!schema) return [];
  const { properties = {}, required = [] } = components.schemaOf(schema) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description = '', ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    description,
    // One parameter, with commas in it.
    ...(rest.type === 'array' && { explode: false }),
    schema: rest,
  }));
}
