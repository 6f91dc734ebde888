import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeWithBrowser, launchBrowser, signIn } from '#test/support/browser.ts';
import { troubled } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { picture, pictureSize } from '#test/support/pictures.ts';
import { eventually } from '#test/support/services.ts';

/** Many failed documents set going again in a real browser, without JavaScript, in front of the whole product. */

describeWithBrowser('in a browser', () => {
  let oms: Oms;
  let browser: Browser;

  beforeAll(async () => {
    oms = await startOms({ roles: ['api', 'worker', 'sweep', 'admin'], environment: { THUNDERHEAD_BATCH_SIZE: '1' } });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await oms?.close();
  });

  async function put(path: string, body: object = {}): Promise<void> {
    const response = await fetch(`${oms.url}/admin/api/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await oms.token('ops')}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([path, response.ok]).toEqual([path, true]);
  }

  const allow = (callsPerMinute: number) =>
    put('thunderhead', { callsPerMinute, callsInFlight: 64, batchSize: 1, batchLingerMs: 0 });

  /** As the page says it. */
  async function count(page: Page, state: string): Promise<number> {
    const text = await page.locator('dl.use div', { hasText: state }).locator('strong').textContent();
    return Number(text?.replaceAll(',', ''));
  }

  async function lookUntil(page: Page, isSo: () => Promise<boolean>): Promise<void> {
    await eventually(
      async () => {
        await page.getByRole('link', { name: 'Look again' }).click();
        return isSo();
      },
      { everyMs: 250 },
    );
  }

  test('an operator looks what a plan would do, starts it, pauses it, lets it go on, and sees how each document ended', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => oms.post(troubled('error'))));
    await Promise.all(ids.map((id) => oms.finished(id)));
    const spoilt = ids.toSorted().filter((_, index) => index % 5 === 4);
    await oms.pool.query(
      `update document_request set metadata = '[{"key": "CUSTOMER_ID", "value": "C-1001"}]' where not id = any($1)`,
      [spoilt],
    );
    // Nobody asks for a call that would have to wait for minutes.
    await put('queues/Documents.submit/pause');
    await allow(10);

    const page = await browser.newPage({ javaScriptEnabled: false, viewport: pictureSize });
    page.setDefaultTimeout(15_000);
    await page.goto(`${oms.url}/admin/retriggers`);
    await signIn(page);
    await page.waitForURL(`${oms.url}/admin/retriggers`);
    await page.getByLabel('Error code').fill('OMS_BATCH_ERRORED');
    await page.getByRole('button', { name: 'Look what it would do' }).click();
    await page.getByRole('heading', { name: '40 documents would be set going again' }).waitFor();
    await page.getByText('4 minutes').waitFor();
    expect(await page.getByLabel('Error code').inputValue()).toBe('OMS_BATCH_ERRORED');
    await picture(page, 'retrigger-look');

    await page.getByLabel('Reason').fill('The invoice template was mended');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL(/\/admin\/retriggers\/[0-9a-f-]{36}$/);
    await page.getByRole('heading', { name: 'The invoice template was mended' }).waitFor();
    await lookUntil(page, async () => (await count(page, 'Going')) === 10);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused; 30 documents left').waitFor();
    await allow(1_000_000);
    await put('queues/Documents.submit/resume');
    await lookUntil(page, async () => (await count(page, 'Going')) === 0);
    expect(await count(page, 'Pending')).toBe(30);
    expect([await count(page, 'Completed'), await count(page, 'Failed again')]).toEqual([8, 2]);
    await picture(page, 'retrigger-plan');

    await page.getByRole('button', { name: 'Resume' }).click();
    await lookUntil(page, () => page.getByText(/^Done, /).isVisible());
    expect([await count(page, 'Completed'), await count(page, 'Failed again')]).toEqual([32, 8]);
    await page.locator('dl.use div', { hasText: 'Failed again' }).getByRole('link').click();
    expect((await page.locator('tbody th').allTextContents()).map((text) => text.trim())).toEqual(spoilt);
    expect((await oms.sandbox.counts()).acceptedTwice).toEqual([]);

    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('retrigger.resume').waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'retrigger.start' }).textContent()).toContain(
      '“The invoice template was mended”',
    );
    await picture(page, 'audit');
  });
});
