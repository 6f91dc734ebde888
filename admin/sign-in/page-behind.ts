import type { Request } from 'express';
import { localPath } from './local-path.ts';

/**
 * The page somebody was at, when what they sent from it has to wait: the one that the form stands on, as the browser says, or
 * else the form's own address, which leads to its page.
 */
export function pageBehind(request: Request): string {
  const { method, originalUrl } = request;
  if (method === 'GET' || method === 'HEAD') return originalUrl;
  const from = URL.parse(request.get('referer') ?? '');
  if (from?.host === request.host) return localPath(from.pathname + from.search);
  return localPath(originalUrl);
}
