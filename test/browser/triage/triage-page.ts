/** The triage page in tests: opened, fed with files, asked. */
import { expect, type Page } from '@playwright/test';

export interface FileContent {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function file(name: string, content: string | Buffer): FileContent {
  return { name, mimeType: '', buffer: Buffer.from(content) };
}

export async function openTriage(page: Page): Promise<void> {
  await page.goto('./triage.html');
  await expect(page.getByText('Drop files or a folder here')).toBeVisible();
}

/** Resolves when the last file has been read. */
export async function addFiles(page: Page, ...files: FileContent[]): Promise<void> {
  await page.getByLabel('Add files').setInputFiles(files);
  // However long it takes on a busy machine.
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0, { timeout: 0 });
}

export async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Question', { exact: true }).fill(question);
  await page.getByRole('button', { name: /^Judge \d/ }).click();
}

export const rows = (page: Page) => page.locator('.review-row');
export const status = (page: Page) => page.locator('.review-status');

/** "path: what is told of it" of every file that could not be read, or only in part, or about which something is worth knowing. */
export async function problems(page: Page): Promise<Record<string, string>> {
  const list = page.locator('.files');
  if ((await list.getAttribute('open')) === null) await list.locator('> summary').click();
  const told: [string, string][] = [];
  // A list of thousands is shown a hundred at a time.
  for (const status of ['Not read', 'Read in part', 'Read whole']) {
    await list.getByRole('button', { name: new RegExp(`^${status} `) }).click();
    const rows = await list
      .locator('.file-row')
      .evaluateAll((elements) =>
        elements.map((row): [string, string] => [
          row.querySelector('.path')?.textContent ?? '',
          [...row.querySelectorAll('.file-note')].map((note) => note.textContent.trim()).join(' '),
        ]),
      );
    told.push(...rows.filter(([, notes]) => notes !== ''));
  }
  return Object.fromEntries(told);
}

/** Records in a store of the page's database. */
export async function countStored(page: Page, store: string): Promise<number> {
  return (await readStored(page, store)).length;
}

export async function storedSessionNames(page: Page): Promise<unknown[]> {
  return (await readStored(page, 'sessions')).map((session) => (session as { name: unknown }).name);
}

function readStored(page: Page, store: string): Promise<unknown[]> {
  return page.evaluate(
    (name) =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open('rank1-triage');
        opening.onerror = () => reject(new Error('no database'));
        opening.onsuccess = () => {
          const reading = opening.result.transaction(name).objectStore(name).getAll();
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result);
          };
        };
      }),
    store,
  );
}
