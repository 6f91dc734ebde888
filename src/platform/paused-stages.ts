import Joi from 'joi';
import type { StagePauses } from '#admin/stages/pause.ts';
import type { Settings } from './settings.ts';

const key = 'stages.paused';
/** Each is `pipeline/stage`. */
const schema = Joi.array<string[]>().items(Joi.string());
const none: string[] = [];
const askEveryMs = 500;

const placeOf = (pipeline: string, stage: string): string => `${pipeline}/${stage}`;

/** The paused stages are a setting, so that every process goes by the same ones, whichever way its rings come. */
export function openPausedStages(settings: Settings): StagePauses & Disposable {
  const current = () => settings.current(key, schema, none);
  // Settings are read by those who ask. A worker that has had nothing to do asks as well, or it would take the first ring
  // after a pause as if there was none.
  const asking = setInterval(current, askEveryMs).unref();
  return {
    has: (pipeline, stage) => current().includes(placeOf(pipeline, stage)),
    of: (pipeline) =>
      current().flatMap((place) => (place.startsWith(`${pipeline}/`) ? [place.slice(pipeline.length + 1)] : [])),
    set(pipeline, stages, paused, actor) {
      const meant = new Set(stages.map((stage) => placeOf(pipeline, stage)));
      const others = (places: readonly string[]) => places.filter((place) => !meant.has(place));
      return settings.update(key, { schema, fallback: none, actor }, (places) =>
        paused ? [...others(places), ...meant] : others(places),
      );
    },
    [Symbol.dispose]: () => clearInterval(asking),
  };
}
