import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { environment } from '#src/config.ts';

/** What the pictures show, all in the same size: README and CI put them side by side. */
export const pictureSize = { width: 1280, height: 800 };

/** Keeps how a page looks, when the run is asked to: `CI_PICTURES` names the folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = environment.CI_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
