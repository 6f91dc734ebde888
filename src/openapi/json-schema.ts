import type Joi from 'joi';

export type JsonSchema = Record<string, unknown>;

/** What a schema is called when others refer to it: `Joi.object({...}).meta({ component: 'Batch' })`. */
interface Described {
  type?: string;
  /** `jsonSchema`: what Joi cannot say of itself. */
  metas?: readonly { component?: string; jsonSchema?: JsonSchema }[];
  examples?: readonly unknown[];
  keys?: Record<string, Described>;
  items?: readonly Described[];
  matches?: readonly { schema?: Described }[];
}

/**
 * Joi writes JSON Schema (draft 2020-12, which is OpenAPI 3.1's) itself, but leaves out examples and repeats what is used
 * twice. This walks both descriptions of the same schema side by side and mends that.
 */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** The schema, with references for everything in it that has a name; what is referred to is kept in `schemas`. */
  schemaOf(schema: Joi.Schema): JsonSchema {
    const written = schema['~standard'] as unknown as { jsonSchema: { input(options: object): JsonSchema } };
    const { $schema: _, ...json } = written.jsonSchema.input({ target: 'draft-2020-12' });
    return this.#named(schema.describe() as Described, json);
  }

  #named(described: Described, json: JsonSchema): JsonSchema {
    const name = described.metas?.find(({ component }) => component)?.component;
    if (!name) return this.#withParts(described, json);
    const reference = { $ref: `#/components/schemas/${name}` };
    const types = [json.type].flat();
    if (!types.includes('null')) {
      this.schemas[name] ??= this.#withParts(described, json);
      return reference;
    }
    const [type, ...others] = types.filter((each) => each !== 'null');
    this.schemas[name] ??= this.#withParts(described, { ...json, type: others.length > 0 ? [type, ...others] : type });
    return { anyOf: [reference, { type: 'null' }] };
  }

  #withParts({ metas, examples, keys, items, matches }: Described, json: JsonSchema): JsonSchema {
    const told = metas?.find(({ jsonSchema }) => jsonSchema)?.jsonSchema;
    if (told?.type) return { ...(json.description !== undefined && { description: json.description }), ...told };
    const properties = json.properties as Record<string, JsonSchema> | undefined;
    const anyOf = json.anyOf as JsonSchema[] | undefined;
    // Tools take an object of which nothing is said for one that is empty.
    const isOpen =
      json.type === 'object' && !properties && !('additionalProperties' in json || 'patternProperties' in json);
    return {
      ...json,
      ...(isOpen && { additionalProperties: true }),
      ...(properties && {
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, each]) => [key, this.#named(keys?.[key] ?? {}, each)]),
        ),
      }),
      ...(items?.length === 1 && json.items ? { items: this.#named(items[0] ?? {}, json.items as JsonSchema) } : {}),
      ...(anyOf && { anyOf: anyOf.map((each, index) => this.#named(matches?.[index]?.schema ?? {}, each)) }),
      ...(examples && { examples }),
      ...told,
    };
  }
}
