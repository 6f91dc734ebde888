const home = '/admin';

/**
 * Where to go after signing in: a page of the board, whatever was asked for. An address of another site, however written
 * (`//evil`, `/\evil`, `/admin/../..`, a scheme), becomes the board's first page. RFC 9700, 4.11 (open redirectors).
 */
export function localPath(wanted: unknown): string {
  const base = 'http://board.invalid';
  if (typeof wanted !== 'string' || wanted.length > 2_000 || !URL.canParse(wanted, base)) return home;
  const { origin, pathname, search } = new URL(wanted, base);
  const isPage = pathname === home || pathname.startsWith(`${home}/`);
  const isOurs = /^\/admin\/(api|static|sign-in|sign-out)(\/|$)/.test(pathname);
  return origin === base && isPage && !isOurs ? pathname + search : home;
}
