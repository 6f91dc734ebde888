import type { Metrics } from '#src/platform/metrics.ts';
import type { CallBudget } from '#src/thunderhead/budget/budget.ts';
import { emptied, type SharedSource } from './shared-source.ts';

const breakerStates = ['closed', 'open', 'probing'] as const;

/** The calls to Thunderhead that all processes make together, and the breaker that they share. */
export function budget(metrics: Metrics, { look }: Pick<CallBudget, 'look'>): SharedSource {
  const breaker = metrics.gauge({
    name: 'oms_thunderhead_breaker_state',
    help: '1 for the state that the breaker of all processes is in, 0 for the others.',
    labels: ['state'],
  });
  const opened = metrics.counter({
    name: 'oms_thunderhead_breaker_opened_total',
    help: 'How often the breaker has opened, counted by all processes together.',
    labels: [],
  });
  const tokens = metrics.gauge({
    name: 'oms_thunderhead_budget_tokens',
    help: 'Calls that may be made at this moment without waiting.',
    labels: [],
  });
  const inFlight = metrics.gauge({
    name: 'oms_thunderhead_budget_calls_in_flight',
    help: 'Calls of all processes that are under way.',
    labels: [],
  });
  const granted = metrics.gauge({
    name: 'oms_thunderhead_budget_granted_last_minute',
    help: 'Permits that all processes were given in the last minute.',
    labels: [],
  });
  const limits = metrics.gauge({
    name: 'oms_thunderhead_budget_limit',
    help: 'What the licence allows: calls_per_minute and calls_in_flight, as set at the moment.',
    labels: ['limit'],
  });
  const waiting = metrics.gauge({
    name: 'oms_thunderhead_budget_waiting_calls',
    help: 'Calls that were told to come back, by source; an estimate.',
    labels: ['source'],
  });
  return {
    name: 'budget',
    async ask() {
      const view = await look();
      breaker.replace(breakerStates.map((state) => ({ state, value: view.breaker.state === state ? 1 : 0 })));
      opened.set({}, view.breaker.openedTimes);
      tokens.replace([{ value: view.tokensLeft }]);
      inFlight.replace([{ value: view.inFlight }]);
      granted.replace([{ value: view.grantedInLastMinute }]);
      limits.replace([
        { limit: 'calls_per_minute', value: view.settings.callsPerMinute },
        { limit: 'calls_in_flight', value: view.settings.callsInFlight },
      ]);
      waiting.replace(view.sources.map(({ source, waitingCalls }) => ({ source, value: waitingCalls })));
    },
    forget() {
      emptied(breaker, tokens, inFlight, granted, limits, waiting);
      opened.forget();
    },
  };
}
