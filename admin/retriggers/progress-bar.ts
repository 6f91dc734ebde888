import { type Html, html, joined } from '../pages/html.ts';
import type { ItemState } from './plans.ts';

/** From the left, so that the bar fills up. What is pending is what is left free. */
const shown: readonly ItemState[] = ['completed', 'failed', 'skipped', 'going'];

/** How far a plan is. A picture, because the policy of our pages allows no widths in the markup; the numbers stand below it. */
export function progressBar(counts: Readonly<Record<ItemState, number>>): Html {
  const total = Math.max(
    1,
    Object.values(counts).reduce((sum, count) => sum + count, 0),
  );
  let at = 0;
  const parts = shown.map((state) => {
    const width = (counts[state] / total) * 100;
    const part = html`<rect class="${state}" x="${at.toFixed(3)}" width="${width.toFixed(3)}" height="1"/>`;
    at += width;
    return part;
  });
  return html`<svg class="progress" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${joined(parts)}</svg>`;
}
