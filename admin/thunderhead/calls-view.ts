import { within } from '#processors/engine/within.ts';
import type { CallSettings, CallUse, LastChange, ThunderheadControls } from './controls.ts';

/** All that there is to see. What is undefined is not known at the moment, and does not hold up the rest. */
export interface CallsView {
  settings: CallSettings;
  /** Null: nobody has changed them. */
  lastChange: LastChange | null | undefined;
  use: CallUse | undefined;
}

const patienceMs = 500;

export async function viewCalls(controls: ThunderheadControls): Promise<CallsView> {
  const [lastChange, use] = await Promise.all([
    ifKnown(async () => (await controls.lastChange()) ?? null),
    useIfKnown(controls),
  ]);
  return { settings: controls.settings(), lastChange, use };
}

export const useIfKnown = (controls: Pick<ThunderheadControls, 'use'>): Promise<CallUse | undefined> =>
  ifKnown(() => controls.use());

const ifKnown = <T>(ask: () => Promise<T>): Promise<T | undefined> =>
  within(patienceMs, 'the budget', ask()).catch(() => undefined);
