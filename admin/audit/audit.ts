/** One action of an operator: who, what, on what, why, from where, and how it ended. */
export interface AuditEntry {
  /** Who: the name the operator signed in as, `unknown` when nobody had. */
  readonly actor: string;
  /** What spoke for them: the board's sign-in, or the client a token was issued to. */
  readonly client: string;
  /** What was done, in dotted words: `document.retry`, `stage.pause`, `retrigger.start`, `setting.change`, `sign-in`. */
  readonly action: string;
  readonly target: AuditTarget;
  /** Why, in the operator's words where they were asked; what Bull Board does asks for none, and is `on the board`. */
  readonly reason?: string;
  /** From where: the address the request came from. */
  readonly origin?: string;
  readonly result: AuditResult;
  /** What else tells the story: counts, filters, values before and after. No secrets, no letters' contents. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** `address`: a call that nobody has a name for. */
const targetTypes = ['document', 'stage', 'scheduler', 'board', 'plan', 'setting', 'address'] as const;
export type AuditTargetType = (typeof targetTypes)[number];

export const isTargetType = (word: string): boolean => (targetTypes as readonly string[]).includes(word);

/** On what it was done. */
export interface AuditTarget {
  readonly type: AuditTargetType;
  readonly id?: string;
}

/** `refused`: not allowed (401, 403). `failed`: allowed, and it did not work. */
export type AuditResult = 'done' | 'refused' | 'failed';

/** The port through which whatever an operator does is written down. It throws when it cannot be: nothing goes unseen. */
export interface Audit {
  record(entry: AuditEntry): Promise<void>;
}

/** An entry as it was kept. */
export interface AuditRow extends AuditEntry {
  /** Grows; a number that a page is read on from. */
  readonly id: string;
  readonly at: Date;
}
