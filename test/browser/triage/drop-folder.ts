/** Drops files and folders of the disk on the page, as the operating system would. */
import { expect, type Page } from '@playwright/test';

export async function dropFolder(page: Page, ...paths: string[]): Promise<void> {
  const target = page.locator('.drop');
  await expect(target).toBeVisible();
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (!box) throw new Error('There is no place to drop files');
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  const at = { x: box.x + box.width / 2, y: box.y + 12 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
  await session.detach();
}
