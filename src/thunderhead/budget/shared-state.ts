/** One small JSON value that all processes share. It is changed by comparison: of two who read the same, one writes. */
export interface SharedState {
  /** The value is undefined while there is none. @throws when the store is away */
  read(): Promise<{ version: string; value: unknown }>;
  /** False: somebody else has written since. @throws when the store is away; the value may have been written then */
  write(version: string, value: unknown): Promise<boolean>;
}
