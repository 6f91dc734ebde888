import type { RequestHandler } from 'express';
import type { Metrics } from '#src/platform/metrics.ts';

/** `GET /metrics`. Whoever reaches the process may read it, as its probes: it holds numbers and codes, and nobody's data. */
export const metricsEndpoint =
  (metrics: Pick<Metrics, 'read'>): RequestHandler =>
  async (_request, response) => {
    const { contentType, text } = await metrics.read();
    response.set({ 'content-type': contentType, 'cache-control': 'no-store' }).end(text);
  };
