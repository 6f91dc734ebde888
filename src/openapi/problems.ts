import type { Operation } from '#src/api/operation.ts';
import { Problem, type ProblemCode, problems } from '#src/api/problem.ts';
import type { JsonSchema } from './json-schema.ts';

/** What may go wrong with any call. */
const always: readonly ProblemCode[] = [
  'OMS_TOKEN_MISSING',
  'OMS_TOKEN_INVALID',
  'OMS_SCOPE_INSUFFICIENT',
  'OMS_RATE_LIMITED',
  'OMS_INTERNAL_ERROR',
  'OMS_SECURITY_UNAVAILABLE',
  'OMS_DATABASE_UNAVAILABLE',
  'OMS_OVERLOADED',
];

const withBody: readonly ProblemCode[] = [
  'OMS_BODY_NOT_JSON',
  'OMS_BODY_INVALID',
  'OMS_BODY_TEXT_INVALID',
  'OMS_BODY_TOO_DEEP',
  'OMS_BODY_TOO_LARGE',
  'OMS_MEDIA_TYPE_NOT_SUPPORTED',
];

/** Every code that this operation may answer with. */
export const codesOf = ({ parameters, body, problems: own = [] }: Operation): ProblemCode[] => [
  ...new Set([
    ...own,
    ...(parameters ? (['OMS_PARAMETER_INVALID'] as const) : []),
    ...(body ? withBody : []),
    ...always,
  ]),
];

/** By status, each with its codes and what they mean; what several operations answer with is described once. */
export class ProblemAnswers {
  readonly responses: Record<string, object> = {};

  of(codes: readonly ProblemCode[]): Record<string, { $ref: string }> {
    const byStatus = Map.groupBy(codes, (code) => problems[code].status);
    return Object.fromEntries(
      [...byStatus].map(([status, ofStatus]) => {
        const name = ofStatus.toSorted().join('.');
        this.responses[name] ??= {
          description: ofStatus.map((code) => `\`${code}\`: ${problems[code].title}`).join('\n\n'),
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              example: new Problem(ofStatus[0] as ProblemCode, 'what it was this time'),
            },
          },
        };
        return [status, { $ref: `#/components/responses/${name}` }];
      }),
    );
  }
}

const table = [
  '| code | status | meaning |',
  '|---|---|---|',
  ...Object.entries(problems).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`),
].join('\n');

/** RFC 9457, with a `code` to go by and the fields that are wrong. */
export const problemSchema = (): JsonSchema => ({
  type: 'object',
  description: `A problem document (RFC 9457). Its codes:\n\n${table}`,
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', description: '`urn:oms:problem:` and the code' },
    title: { type: 'string', description: 'what the code means' },
    status: { type: 'integer', description: 'the HTTP status' },
    code: { type: 'string', enum: Object.keys(problems), description: 'stable; go by this' },
    detail: { type: 'string', description: 'what it was this time; for people' },
    errors: {
      type: 'array',
      description: 'what is wrong with the input, and where; the first twenty',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: {
          field: { type: 'string', examples: ['documentMetadata[0].key'] },
          message: { type: 'string' },
        },
      },
    },
  },
});
