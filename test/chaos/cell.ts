import type { Role } from '#src/config.ts';
import type { Program } from '#test/support/oms-process.ts';
import type { House } from './house.ts';
import type { Random } from './random.ts';
import type { Supervised } from './supervised.ts';

/** One row of the matrix: what is done to a system at work, after which nothing may be lost, doubled or left open. */
export interface Cell {
  name: string;
  /** Over how long its documents come in. Milliseconds. */
  overMs: number;
  /** With fewer blows it has shown nothing; of so many documents. */
  leastBlows: number | ((documents: number) => number);
  /** Why it would show nothing here, and is not run. */
  refusal?(): string | undefined;
  /** Over the usual settings. */
  environment?: Readonly<Record<string, string>>;
  /** Beside one API and one sweep: 2 workers unless told. */
  processes?: readonly (readonly Role[])[];
  /** Another program for these roles than the product's own; asked at each start, with how often it has been killed. */
  program?(roles: readonly Role[], random: Random): ((killed: number) => Program | undefined) | undefined;
  /** Brings a new, empty database to its schema; the working tree's unless told. */
  migrate?(databaseUrl: string): Promise<void>;
  /** Done while the documents come in. */
  disturb?(scene: Scene): Promise<void>;
  /**
   * How many blows have met something, asked when all is quiet and before anybody is stopped. Unless told, what `disturb` has
   * counted, or the kills.
   */
  blows?(scene: Scene): number | Promise<number>;
  /** How often what failed is set going again, and fails again; never unless told. */
  recoveries?: number;
}

/** A system at work, for whoever wants to disturb it. */
export interface Scene {
  house: House;
  /** What its processes are started with. */
  environment: Readonly<Record<string, string>>;
  /** For logs. */
  directory: string;
  random: Random;
  /** Those of these roles. */
  of(role: Role): readonly Supervised[];
  all: readonly Supervised[];
  /** 1, or less where a short cut is asked for: how long servers stay away. */
  scale: number;
  /** Resolves when this share of the documents has been taken in. */
  until(share: number): Promise<void>;
  /** All have been taken in. */
  isOver(): boolean;
  /** Counts what is known to have been done. */
  blow(): void;
  /** Something went wrong that the checker cannot see. */
  complain(what: string): void;
}
