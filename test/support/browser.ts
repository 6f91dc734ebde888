import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Where there is no Chromium its tests are skipped, and say so. */
export const describeWithBrowser = existsSync(executablePath)
  ? describe
  : (name: string, define: () => void) => describe.skip(`${name} (no ${executablePath})`, define);

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] });

/** Fills in the form that stands on the page, as the operator of the sandbox. */
export async function signIn(page: Page, secret = 'ops-secret'): Promise<void> {
  await page.getByLabel('Client', { exact: true }).fill('ops');
  await page.getByLabel('Secret', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
