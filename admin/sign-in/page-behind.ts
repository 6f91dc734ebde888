import type { Request } from 'express';
import { localPath } from './local-path.ts';

/**
 * The page somebody was at, when what they sent from it has to wait. A form's own address answers only forms: it is the page
 * that the form stands on, as the browser says; or else what the address is about, without what was to be done there.
 */
export function pageBehind(request: Request): string {
  const { method, originalUrl } = request;
  if (method === 'GET' || method === 'HEAD') return originalUrl;
  const from = URL.parse(request.get('referer') ?? '');
  if (from?.host === request.host) return localPath(from.pathname + from.search);
  return localPath(originalUrl.replace(/\/[^/?]*\/?(\?.*)?$/, ''));
}
