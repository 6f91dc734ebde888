/** How Thunderhead is called, and what operators can change about it. The board's only way there. */
export interface ThunderheadControls {
  /** What this process goes by. */
  settings(): CallSettings;
  /** Undefined: nobody has changed them, the configuration says them. @throws while the database is away */
  lastChange(): Promise<LastChange | undefined>;
  /** Of all processes together. @throws when what they share cannot be read */
  use(): Promise<CallUse>;
  /** All or nothing; known to every process within two seconds. @throws while the database is away */
  change(wanted: unknown, actor: string): Promise<SettingsChange>;
}

export interface CallSettings {
  /** All processes together; what the licence allows. */
  callsPerMinute: number;
  callsInFlight: number;
  /** Documents in one call at the most; 1: each travels alone. */
  batchSize: number;
  /** How long a document waits for company, although it could go. */
  batchLingerMs: number;
}

export interface LastChange {
  by: string;
  at: Date;
}

export type SettingsChange =
  | { kind: 'changed'; before: CallSettings; after: CallSettings }
  | { kind: 'refused'; problems: readonly SettingProblem[] };

export interface SettingProblem {
  /** '' for all of them together. */
  field: string;
  /** As it goes on behind the name of the setting: `must be a number`. */
  what: string;
}

export interface CallUse {
  grantedInLastMinute: number;
  /** Calls that could go at once. */
  tokensLeft: number;
  inFlight: number;
  /** Thunderhead's gateway wants to be left alone. */
  pausedUntil: Date | null;
  breaker: {
    /** `probing`: one call is finding out whether Thunderhead is back. */
    state: 'closed' | 'open' | 'probing';
    until: Date | null;
    reason: string | null;
    openedTimes: number;
  };
  /** Those that have asked for calls lately. */
  sources: readonly SourceUse[];
}

export interface SourceUse {
  source: string;
  weight: number;
  grantedInLastMinute: number;
  /** An estimate. */
  waitingCalls: number;
}
