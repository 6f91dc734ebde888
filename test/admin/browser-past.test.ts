import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, launchBrowser, signIn } from '#test/support/browser.ts';
import { invoice, troubled } from '#test/support/documents.ts';
import { eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { picture, pictureSize } from '#test/support/pictures.ts';

describeWithBrowser('the past, in a browser', () => {
  let oms: Oms;
  let browser: Browser;

  beforeAll(async () => {
    oms = await startOms({ roles: ['api', 'worker', 'sweep', 'admin'], environment: eachAlone });
    browser = await launchBrowser();
    const bodies = [...Array.from({ length: 12 }, () => invoice()), ...[1, 2].map(() => troubled('error'))];
    const ids = await Promise.all(bodies.map((body) => oms.post(body)));
    await Promise.all(ids.map((id) => oms.finished(id)));
    // Three days of them, the first ones the longest ago.
    await oms.pool.query(
      `update history h set at = at - (3 - part) * interval '1 day'
       from (select id, ntile(3) over (order by id) as part from document_request) r where r.id = h.item_id`,
    );
  });
  afterAll(async () => {
    await browser?.close();
    await oms?.close();
  });

  test('how many documents ended well and badly, by the day and by the stage, and how long a stage took them', async () => {
    const context = await browser.newContext({ viewport: pictureSize });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    await page.goto(`${oms.url}/admin/metrics-history`);
    await signIn(page);
    await page.getByRole('heading', { name: 'By queue' }).or(page.getByText('By queue')).first().waitFor();
    await page.getByText('Completed total').first().waitFor();
    await page.getByText('12', { exact: true }).first().waitFor();
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000).toLocaleDateString('en-US', {
      ...{ month: 'short', day: 'numeric', timeZone: 'UTC' },
    });
    await page.getByText(twoDaysAgo, { exact: true }).waitFor();
    await picture(page, 'metrics-history');
    await page.goto(`${oms.url}/admin/queue/Documents.poll`);
    await page.getByText('Completed (last 60 min)').waitFor();
    await picture(page, 'stage-throughput');
    await page.getByText('7d', { exact: true }).first().click();
    await page.getByText('Latency', { exact: true }).first().click();
    await page.getByText('Run p95').first().waitFor();
    await picture(page, 'stage-latency');
    expect(await page.getByText(/^\d+ ?(ms|s)$|^\d+(\.\d+)? ?(ms|s)$/).count()).toBeGreaterThan(0);
  });
});
