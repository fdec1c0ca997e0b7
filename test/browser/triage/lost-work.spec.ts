/** What must not be lost, and what must not come back: deletion during work, storage that is refused, files that fail. */
import { expect, test } from '../fake-worker.ts';
import {
  addFiles,
  ask,
  countStored,
  file,
  openTriage,
  problems,
  rows,
  status,
  storedSessionNames,
} from './triage-page.ts';
import { expectAccessible } from '../accessible.ts';

test.use({ serviceWorkers: 'block' });

const FILES = ['The coldest city.', 'A city.', 'Bananas.'].map((text, place) => file(`${place}.txt`, text));

test('a session that is deleted while files are read and a question is typed stays deleted', async ({
  page,
}) => {
  await openTriage(page);
  const many = Array.from({ length: 400 }, (_, n) => file(`${n}.txt`, `Text number ${n}.`));
  await page.getByLabel('Add files').setInputFiles(many);
  await expect.poll(() => countStored(page, 'files')).toBeGreaterThan(0);
  await page.getByLabel('Question', { exact: true }).fill('Typed at the last moment');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('Drop files or a folder here')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
  // The new session reads and keeps its own, after everything that the old one might still have written.
  await addFiles(page, ...FILES);
  await expect.poll(() => countStored(page, 'files')).toBe(3);
  await page.getByLabel('Name of this session').fill('The new one');
  await page.getByLabel('Name of this session').press('Enter');
  await expect.poll(() => storedSessionNames(page)).toEqual(['The new one']);
  await page.reload();
  await expect(page.getByLabel('Name of this session')).toHaveValue('The new one');
  await expect(page.locator('.drop-title')).toContainText('3 files');
  expect(await countStored(page, 'sessions')).toBe(1);
  expect(await countStored(page, 'files')).toBe(3);
});

test('where the browser keeps nothing the page works, and says what will be lost', async ({
  page,
  fakeWorker,
}) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('refused', 'SecurityError');
    };
  });
  await openTriage(page);
  await expect(page.getByRole('alert')).toContainText('does not let this page keep anything');
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await ask(page, 'Which city is the coldest?');
  await expect(status(page)).toContainText('3 of 3 judged');
  await rows(page).first().getByRole('button', { name: 'Keep' }).click();
  await expect(rows(page).first()).toHaveAttribute('data-decision', 'keep');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('Drop files or a folder here')).toBeVisible();
});

test('a decision that cannot be stored is told', async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await ask(page, 'Which city is the coldest?');
  await expect(status(page)).toContainText('3 of 3 judged');
  await expect.poll(() => countStored(page, 'judgements')).toBe(3);
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await rows(page).first().getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByRole('alert')).toContainText('The browser has no room left');
});

test('the model of the Models page judges, from the storage of the browser', async ({ page, fakeWorker }) => {
  await page.goto('./triage.html');
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models', { create: true });
    const folder = await models.getDirectoryHandle('mine', { create: true });
    const manifest = await folder.getFileHandle('rank1.json', { create: true });
    const writer = await manifest.createWritable();
    await writer.write('{"models":{"q4":{},"fp32":{}}}');
    await writer.close();
    localStorage.setItem('rank1-model', 'opfs:mine');
  });
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, ...FILES);
  await ask(page, 'Which city is the coldest?');
  await expect(status(page)).toContainText('3 of 3 judged');
  await expect.poll(() => countStored(page, 'judgements')).toBe(3);
  await page.reload();
  await expect(status(page)).toContainText('3 of 3 judged · 1 relevant · 3 known from before');
});

test('what of a folder cannot be opened is told, and the rest is read', async ({ page }) => {
  await page.addInitScript(() => {
    const picker = async (): Promise<FileSystemDirectoryHandle> => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('picked', { create: true });
      const inner = await folder.getDirectoryHandle('inner', { create: true });
      for (const [name, parent] of [
        ['a.txt', folder],
        ['locked.txt', inner],
        ['z.txt', inner],
      ] as const) {
        const writer = await (await parent.getFileHandle(name, { create: true })).createWritable();
        await writer.write(`Text of ${name}.`);
        await writer.close();
      }
      return folder;
    };
    const getFile = FileSystemFileHandle.prototype.getFile;
    FileSystemFileHandle.prototype.getFile = function (this: FileSystemFileHandle) {
      return this.name === 'locked.txt'
        ? Promise.reject(new DOMException('no', 'NotReadableError'))
        : getFile.call(this);
    };
    Object.assign(window, { showDirectoryPicker: picker });
  });
  await openTriage(page);
  await page.getByRole('button', { name: 'Add a folder' }).click();
  await expect(page.locator('.drop-title')).toContainText('2 files');
  expect(await problems(page)).toEqual({
    'picked/inner/locked.txt': 'This could not be opened. Was it moved or deleted, or is it forbidden?',
  });
});

test('a folder that the browser refuses to pick is told, and one that the person does not pick is not', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const reasons = ['AbortError', 'SecurityError'];
    Object.assign(window, {
      showDirectoryPicker: () => Promise.reject(new DOMException('no', reasons.shift() ?? '')),
    });
  });
  await openTriage(page);
  await page.getByRole('button', { name: 'Add a folder' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: 'Add a folder' }).click();
  await expect(page.getByRole('alert')).toHaveText(
    'This folder could not be opened. Try dropping it here instead.',
  );
});

test('a browser without folder picking takes a folder by its own dialog', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showDirectoryPicker'));
  await openTriage(page);
  await page.getByLabel('Add a folder').setInputFiles('test/fixtures');
  await expect(page.locator('.drop-title')).toContainText(/\d files/);
});

test('a file that takes too long is skipped, and what was dropped meanwhile is read', async ({ page }) => {
  await page.route(/import\.worker[^/]*\.js/, async (route) => {
    const source = await (await route.fetch()).text();
    // The reader of one file never comes to an end.
    const hang = `addEventListener('message', (event) => { if (JSON.stringify(event.data ?? '').includes('slow.txt')) for (;;); });`;
    await route.fulfill({
      contentType: 'text/javascript',
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
      body: `${hang}\n${source}`,
    });
  });
  await openTriage(page);
  await page.getByLabel('Add files').setInputFiles([file('slow.txt', 'Slow.'), file('next.txt', 'Next.')]);
  await expect(page.locator('.import-status')).toContainText('Reading file 1 of 2');
  await page.getByLabel('Add files').setInputFiles([file('later.txt', 'Later.')]);
  await page.getByRole('button', { name: 'Skip this file' }).click();
  await expect(page.locator('.drop-title')).toContainText('2 files · 2 passages');
  expect(await problems(page)).toEqual({ 'slow.txt': 'You skipped it.' });
});

test('the language is switched on the page, holds on the others, and so do problems in it', async ({
  page,
}) => {
  await openTriage(page);
  await addFiles(page, file('empty.txt', ''));
  await page.getByRole('button', { name: '繁體中文' }).click();
  await expect(page.getByRole('heading', { level: 2, name: '文件' })).toBeVisible();
  await page.locator('.files > summary').click();
  await expect(page.locator('.file-row').first()).toContainText('這個檔案是空的');
  await page.getByLabel('開啟檔案').setInputFiles(file('x.json', '{'));
  await expect(page.getByRole('alert')).toContainText('它不是 JSON');
  await expectAccessible(page);
  await page.goto('./');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Watch a reranker think');
});
