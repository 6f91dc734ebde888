import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { describeWithBrowser, launchBrowser, signIn } from '#test/support/browser.ts';
import { invoice, troubled } from '#test/support/documents.ts';
import { eachAlone, type Oms, startOms } from '#test/support/oms.ts';
import { picture, pictureSize } from '#test/support/pictures.ts';
import { eventually } from '#test/support/services.ts';

/** Whatever failed, an operator finds it, understands it and sets it going again: in a real browser, on the whole product. */

describeWithBrowser('an operator in a browser', () => {
  let oms: Oms;
  let browser: Browser;
  let context: BrowserContext;
  const complaints: string[] = [];

  beforeAll(async () => {
    oms = await startOms({
      roles: ['api', 'worker', 'sweep', 'admin'],
      environment: { ...eachAlone, ENVIRONMENT_NAME: 'Test' },
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await oms?.close();
  });
  afterEach(async () => {
    await context?.close();
    await oms.pool.query(`delete from setting where key = 'stages.paused'`);
    expect(complaints).toEqual([]);
  });

  /** The page at this address, for somebody who has just signed in. */
  async function open(path: string, options?: BrowserContextOptions): Promise<Page> {
    context = await browser.newContext({ viewport: pictureSize, ...options });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on('console', (line) => {
      if (/Content.Security.Policy/i.test(line.text())) complaints.push(line.text());
    });
    await page.goto(`${oms.url}${path}`);
    await signIn(page);
    await page.waitForURL(`${oms.url}${path}`);
    return page;
  }

  /** Fails once: Thunderhead refuses it now, and takes it when it is set going again. */
  async function failedDocument(): Promise<{ id: string; correlationId: string }> {
    const body = troubled('error');
    const id = await oms.post(body);
    await oms.finished(id);
    return { id, correlationId: body.requestCorrelationId };
  }

  const mended = () =>
    oms.pool.query(
      `update document_request set metadata = '[{"key":"CUSTOMER_ID","value":"C-1001"}]' where metadata::text like '%error%'`,
    );

  const completed = (id: string) =>
    eventually(async () => {
      const { rows } = await oms.pool.query('select ended_as, round from progress where id = $1', [id]);
      return rows[0]?.ended_as === 'completed' && rows[0];
    });

  test('finds a failed document by search, reads why, sets it going again and watches it complete', async () => {
    const { id, correlationId } = await failedDocument();
    const page = await open('/admin');
    await page.getByRole('banner').getByRole('button').last().click();
    await page.getByRole('menuitem', { name: 'Requests' }).click();
    await page.waitForURL(`${oms.url}/admin/requests`);
    await page.getByRole('link', { name: 'IVZRECPA' }).first().waitFor();
    await picture(page, 'requests-failed-last');
    await page.getByLabel('Search').fill(correlationId);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: '1 by correlation id' }).waitFor();
    await page.getByRole('link', { name: 'IVZRECPA' }).click();
    await page.waitForURL(`${oms.url}/admin/requests/${id}`);
    await page.getByText('It failed, and that was published.').waitFor();
    await page.getByText('Thunderhead says').waitFor();
    await page.getByText(/^Confirmed: Thunderhead has it/).waitFor();
    await picture(page, 'request-failed');
    await mended();
    await page.getByLabel('Why').first().fill('the template is mended');
    await page.getByRole('button', { name: 'Set going again' }).click();
    await page.getByRole('status').getByText('It is set going again.').waitFor();
    await completed(id);
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.getByText('The document was made, and its status published').waitFor();
    await page.getByText('retriggered on its page: the template is mended').waitFor();
    await picture(page, 'request-completed');
    await page.getByLabel('Why').first().fill('the customer has lost it');
    const arriving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the document' }).click();
    expect((await arriving).suggestedFilename()).toBe(`IVZRECPA-${id}.pdf`);
  });

  test('sees the values that were sent once, with a reason; all of it works without JavaScript, and in the dark', async () => {
    const { id } = await failedDocument();
    const page = await open(`/admin/requests/${id}`, { javaScriptEnabled: false, colorScheme: 'dark' });
    expect(await page.getByText('Kjære Åse').count()).toBe(0);
    await page.locator('#payload').getByLabel('Why').fill('the customer is on the phone');
    await page.getByRole('button', { name: 'Show the values' }).click();
    await page.getByText('Kjære Åse').waitFor();
    await picture(page, 'request-unmasked-dark');
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.getByText('Operator: unmask').waitFor();
    expect(await page.getByText('Kjære Åse').count()).toBe(0);
  });

  test('retries on the board all that has failed at a stage, and all of it completes', async () => {
    const failed = await Promise.all([failedDocument(), failedDocument(), failedDocument()]);
    const page = await open('/admin/queue/Documents.poll?status=failed');
    await page
      .getByText(failed[0]?.id ?? '')
      .first()
      .waitFor();
    await picture(page, 'board-failed');
    await mended();
    await page.getByRole('button', { name: 'Retry all' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    for (const { id } of failed) expect(await completed(id)).toMatchObject({ round: 2 });
  });

  test('pauses a stage: nothing moves there within two seconds; resumes it, and what waited completes', async () => {
    const page = await open('/admin/queue/Documents.submit');
    await page.getByRole('heading', { name: 'submit' }).waitFor();
    await pressInMenu(page, /Pause/);
    await eventually(
      async () => (await oms.pool.query(`select from setting where key = 'stages.paused'`)).rowCount === 1,
    );
    const from = performance.now();
    await eventually(() => performance.now() - from > 2_000);
    const ids = await Promise.all([oms.post(invoice()), oms.post(invoice())]);
    const at = async () =>
      (await oms.pool.query('select stage, status, runs from progress where id = any($1)', [ids])).rows;
    const waiting = { stage: 'submit', status: 'ready', runs: 0 };
    await eventually(async () => (await at()).every(({ stage }) => stage === 'submit'));
    await page.reload();
    await page.getByText('Paused', { exact: false }).first().waitFor();
    await page
      .getByText(ids[0] ?? '')
      .first()
      .waitFor();
    await picture(page, 'board-paused');
    expect(await at()).toEqual([waiting, waiting]);
    await pressInMenu(page, /Resume/);
    for (const id of ids) await completed(id);
  });

  /** The actions of a queue are behind a button with three dots. */
  async function pressInMenu(page: Page, name: RegExp): Promise<void> {
    await page.locator('main').locator('button:has(.lucide-ellipsis-vertical)').first().click();
    await page.getByRole('menuitem', { name }).click();
    const confirm = page.getByRole('button', { name: 'Confirm' });
    if (await confirm.isVisible()) await confirm.click();
  }
});
