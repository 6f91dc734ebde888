import { expect, test } from '@jest/globals';
import { linkTo } from '#test/support/link.ts';
import { freshDatabase, redisUrl } from '#test/support/services.ts';
import { openHouse } from './house.ts';

/** An operator who looks while the database is away is told so on a page, with the right status. */

test('a page says that the database is away, and what that means for what was asked; a call says it to a program', async () => {
  await using link = await linkTo(await freshDatabase());
  await using house = await openHouse({ databaseUrl: link.url, redisUrl: redisUrl() });
  house.pool.on('error', () => undefined);
  const olga = house.visitor();
  await olga.signIn({ client: 'ops', secret: 'ops-secret' });
  const [id = ''] = await house.offer(1);
  const page = `/admin/requests/${id}`;
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec((await olga.open(page)).text) ?? [];
  link.cut();
  for (const path of [page, '/admin/requests', '/admin/audit', '/admin/retriggers']) {
    const { status, headers, text } = await olga.open(path);
    expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '5']);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(text).toMatch(/The database is away(.|\n)*Nothing was changed/);
    expect(text).toContain(`href="${path}">Try again`);
  }
  const origin = house.url.replace('/admin', '');
  const pressed = await olga.open(`${page}/cancel`, {
    method: 'POST',
    headers: { origin, referer: `${origin}${page}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams({ csrf, reason: 'a duplicate' })),
  });
  expect(pressed.status).toBe(503);
  expect(pressed.text).toMatch(/most likely not done/);
  expect(pressed.text).toContain(`href="${page}">Look again`);
  for (const headers of [{ accept: 'application/json' }, { accept: '*/*' }, { accept: 'text/html' }])
    expect((await olga.call(`requests/${id}`, { headers })).text).not.toMatch(/The database is away/);
  link.mend();
  expect((await olga.open(page)).status).toBe(200);
});
