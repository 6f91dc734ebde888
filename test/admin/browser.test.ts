import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { listen } from '#src/platform/listen.ts';
import { describeWithBrowser, launchBrowser, signIn } from '#test/support/browser.ts';
import { invoice, metadata } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

/** The board in a real browser, in front of the whole product: what a person sees and does. */

describeWithBrowser('in a browser', () => {
  let oms: Oms;
  let browser: Browser;
  let context: BrowserContext;
  const complaints: string[] = [];
  const failed = () => `${oms.url}/admin/queue/Documents.poll?status=failed`;

  beforeAll(async () => {
    oms = await startOms({ roles: ['api', 'worker', 'sweep', 'admin'] });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await oms?.close();
  });
  afterEach(() => context?.close());

  async function newPage(options?: BrowserContextOptions): Promise<Page> {
    context = await browser.newContext(options);
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    page.on('console', (line) => {
      if (/Content.Security.Policy/i.test(line.text())) complaints.push(line.text());
    });
    return page;
  }

  test('an operator is led to the sign-in, and back; retries a document in their own name; signs out', async () => {
    const body = invoice({ documentMetadata: metadata({ CUSTOMER_ID: 'C-1001', SANDBOX: 'error' }) });
    const id = await oms.post(body);
    await oms.finished(id);
    const page = await newPage();
    await page.goto(failed());
    expect(await page.getByLabel('Client', { exact: true }).evaluate((field) => field.matches(':focus'))).toBe(true);
    await signIn(page, 'a-guess');
    expect(await page.getByRole('alert').textContent()).toBe('The client or the secret is wrong.');
    expect(await page.getByLabel('Secret', { exact: true }).evaluate((field) => field.matches(':focus'))).toBe(true);
    await signIn(page);
    await page.waitForURL(failed());
    await page.getByText(id).waitFor();
    await page.locator('main span button:has(.lucide-refresh-cw)').click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    const retriggered = await eventually(async () =>
      (await oms.history(id)).find(({ reason }) => reason === 'retriggered on the board'),
    );
    expect(retriggered.actor).toBe('ops');
    await page.goto(`${oms.url}/admin/queue/Documents.poll/${id}`);
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByText(/retriggered on the board\s+\[ops\]/).waitFor();
    await page.getByRole('banner').getByRole('button').last().click();
    await page.getByRole('menuitem', { name: 'Signed in as ops' }).waitFor();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    expect((await context.cookies()).map(({ name }) => name)).toEqual(['oms-visit']);
    expect(complaints).toEqual([]);
  });

  test('when the session ends while the board is open, it says so, and one comes back to the same place', async () => {
    const page = await newPage();
    await page.goto(failed());
    await signIn(page);
    await page.waitForURL(failed());
    await context.clearCookies();
    await page.getByText('Your session has ended').waitFor();
    await signIn(page);
    await page.waitForURL(failed());
  });

  test('signing in and out needs no JavaScript', async () => {
    const page = await newPage({ javaScriptEnabled: false });
    await page.goto(`${oms.url}/admin/sign-out`);
    await page.getByText('Sign in with a token').click();
    await page.getByLabel('Access token').fill(await oms.token('ops'));
    await page.getByRole('button', { name: 'Sign in with this token' }).click();
    await page.waitForURL(`${oms.url}/admin`);
    await page.goto(`${oms.url}/admin/sign-out`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
  });

  test('an operator finds the calls to Thunderhead on the board, and changes what is allowed', async () => {
    const page = await newPage();
    await page.goto(`${oms.url}/admin/queue/Documents.submit`);
    await signIn(page);
    await page.getByText(/[\d,]+ calls a minute, \d+ used in the last one; breaker closed/).waitFor();
    await page.getByRole('banner').getByRole('button').last().click();
    await page.getByRole('menuitem', { name: 'Thunderhead' }).click();
    await page.waitForURL(`${oms.url}/admin/thunderhead`);
    await page.getByLabel('Calls a minute').fill('many');
    await page.getByLabel('Calls in flight').fill('0');
    await page.getByRole('button', { name: 'Save the settings' }).click();
    expect(await page.getByRole('alert').getByRole('listitem').allTextContents()).toEqual([
      'Calls a minute must be a number',
      'Calls in flight must be greater than or equal to 1',
    ]);
    expect(await page.getByLabel('Calls a minute').inputValue()).toBe('many');
    await page.getByLabel('Calls a minute').fill('54321');
    await page.getByLabel('Calls in flight').fill('9');
    await page.getByRole('button', { name: 'Save the settings' }).click();
    await page.getByRole('status').getByText('Saved.').waitFor();
    await page.getByText(/Last changed by ops, /).waitFor();
    await page.getByText(/\d+ of 54,321/).waitFor();
    await page.getByRole('link', { name: 'Look again' }).click();
    await page.waitForURL(`${oms.url}/admin/thunderhead`);
    expect(await page.getByLabel('Calls in flight').inputValue()).toBe('9');
    const { rows } = await oms.pool.query('select value, changed_by from setting');
    expect(rows).toEqual([
      { value: expect.objectContaining({ callsPerMinute: 54_321, callsInFlight: 9 }), changed_by: 'ops' },
    ]);
    await page.getByRole('link', { name: 'Board', exact: true }).click();
    await page.waitForURL(`${oms.url}/admin`);
    expect(complaints).toEqual([]);
  });

  test('the settings of the calls are changed without JavaScript too', async () => {
    const page = await newPage({ javaScriptEnabled: false });
    await page.goto(`${oms.url}/admin/thunderhead`);
    await signIn(page);
    await page.waitForURL(`${oms.url}/admin/thunderhead`);
    await page.getByLabel('Linger').fill('15');
    await page.getByRole('button', { name: 'Save the settings' }).click();
    await page.waitForURL(`${oms.url}/admin/thunderhead?saved`);
    expect(await page.getByLabel('Linger').inputValue()).toBe('15');
  });

  test('another site can lead here, but not sign anybody out', async () => {
    const elsewhere = `<a href="${failed()}">look</a><form method="post" action="${oms.url}/admin/sign-out"><button>x</button></form>`;
    await using other = await listen(
      (_, response) => void response.setHeader('content-type', 'text/html').end(elsewhere),
      { host: 'localhost', port: 0 },
    );
    const page = await newPage();
    await page.goto(failed());
    await signIn(page);
    await page.waitForURL(failed());
    const site = other.url.replace(/\/\/[^/]*:/, '//localhost:');
    await page.goto(site);
    await page.getByRole('button').click();
    await page.waitForURL(`${oms.url}/admin/sign-in`);
    await page.goto(site);
    await page.getByRole('link').click();
    await page.waitForURL(failed());
    await page.getByRole('heading', { name: 'poll' }).waitFor();
  });
});
