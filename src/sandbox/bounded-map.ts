/** A map that forgets its oldest entry when it holds too many. */
export interface BoundedMap<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  clear(): void;
}

export function boundedMap<Key, Value>(most: number): BoundedMap<Key, Value> {
  const entries = new Map<Key, Value>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.set(key, value);
      if (entries.size > most) entries.delete(entries.keys().next().value as Key);
    },
    delete: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  };
}
