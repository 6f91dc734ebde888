import { defineEntity, p } from '@mikro-orm/core';

/** How long Thunderhead took for the newest documents of a name: when the next ones are worth asking about. */
const GenerationTimeSchema = defineEntity({
  name: 'GenerationTime',
  tableName: 'generation_time',
  properties: {
    documentName: p.text().primary(),
    /** Milliseconds, oldest first. */
    samples: p.array((sample) => Number(sample)).columnType('int[]'),
    updatedAt: p.datetime(3),
  },
});

export class GenerationTime extends GenerationTimeSchema.class {}
GenerationTimeSchema.setClass(GenerationTime);
