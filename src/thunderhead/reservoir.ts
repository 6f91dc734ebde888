/**
 * The few that stand for many: of all values that are added each has the same chance to be among those kept, however many
 * there are (reservoir sampling). Those kept stand in the order in which they came.
 */
export interface Reservoir {
  add(value: number): void;
  readonly values: readonly number[];
}

/** @param random as `Math.random` */
export function reservoir(size: number, random: () => number): Reservoir {
  const values: number[] = [];
  let seen = 0;
  return {
    values,
    add(value) {
      seen++;
      if (seen > size) {
        const place = Math.floor(random() * seen);
        if (place >= size) return;
        values.splice(place, 1);
      }
      values.push(value);
    },
  };
}
