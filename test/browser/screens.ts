/** The screens that pages are looked at on, and what must hold on each: nothing overflows, nothing is too small to hit. */
import { expect, type Page } from '@playwright/test';
import { IS_FULL } from '../tier.ts';

export const SCHEMES = IS_FULL ? (['light', 'dark'] as const) : (['light'] as const);

const ALL = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [
    { width: 360, height: 780 },
    { width: 768, height: 1024 },
    { width: 1440, height: 900 },
  ].map((viewport) => ({ name: `${colorScheme}-${viewport.width}`, colorScheme, viewport })),
);
/** The two ends, unless all are asked for. */
export const SCREENS = IS_FULL ? ALL : [ALL[0]!, ALL.at(-1)!];

/** CSS pixels that a finger or a shaky hand needs (WCAG 2.2, 2.5.8). */
const MIN_TARGET = 24;

/** Takes a picture to be looked at. @param name of the picture */
export async function shoot(page: Page, name: string, fullPage = true): Promise<void> {
  await page.screenshot({ path: `test-results/screens/${name}.png`, fullPage });
  await expectFit(page, name);
}

/** Nothing scrolls sideways, and nothing to be clicked is too small; links within a text are as high as its lines. */
export async function expectFit(page: Page, name: string): Promise<void> {
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
  expect(scrollWidth, name).toBe(clientWidth);
  const small = await page
    .locator('button, select, input, textarea, summary, label.button, nav a')
    .evaluateAll((targets, least) => {
      return targets.flatMap((target) => {
        const { width, height } = target.getBoundingClientRect();
        const isHidden = width <= 1 || !target.checkVisibility();
        if (isHidden || (width >= least && height >= least)) return [];
        return [`${target.tagName} "${target.textContent?.trim().slice(0, 30)}" ${width} by ${height}`];
      });
    }, MIN_TARGET);
  expect(small, name).toEqual([]);
}
