/** What axe finds on a page. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/**
 * Fails with the rules that are broken, and the elements that break them. The dark scheme changes colours alone: there only
 * their contrast is checked.
 * @param part a selector; default: the whole page
 */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  const axe = new AxeBuilder({ page });
  if (part !== undefined) axe.include(part);
  if (await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches))
    axe.withRules('color-contrast');
  const { violations } = await axe.analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}
