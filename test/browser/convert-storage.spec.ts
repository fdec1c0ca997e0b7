/** The converter in a real page: dropped files become a model in the origin private file system. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { build } from 'vite';
import { convertModel } from '../../src/convert/convert-model.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { fixturePath, usingFixture } from '../unit/convert/support/fixtures.ts';
import type { ConvertPage, StoredFile } from './convert-page.ts';

const FIXTURE = fixturePath('small/qwen2-untied');
const NAMES = readdirSync(FIXTURE);

let script: string;

test.beforeAll(async () => {
  const entry = path.join(import.meta.dirname, 'convert-page.ts');
  const lib = { entry, formats: ['es' as const], fileName: 'convert-page' };
  const bundles = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { write: false, lib },
  });
  const [bundle] = Array.isArray(bundles) ? bundles : [bundles];
  const output = bundle && 'output' in bundle ? bundle.output : [];
  script = output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('\n');
});

async function openPage(page: Page, cut = Infinity): Promise<void> {
  const body = `<!doctype html><script type="module" src="page.js"></script>`;
  await page.route('**/convert-test/**', (route) => {
    const file = new URL(route.request().url()).pathname.split('/convert-test/')[1] ?? '';
    if (file === '') return route.fulfill({ contentType: 'text/html', body });
    if (file === 'page.js') return route.fulfill({ contentType: 'text/javascript', body: script });
    const bytes = readFileSync(path.join(FIXTURE, path.basename(file)));
    return route.fulfill({
      body: path.basename(file).startsWith('model-00002') ? bytes.subarray(0, cut) : bytes,
    });
  });
  await page.goto('convert-test/');
  await page.waitForFunction(() => 'convertPage' in globalThis);
}

const convertInPage = (page: Page): Promise<StoredFile[]> =>
  page.evaluate(
    (names) => (globalThis as unknown as { convertPage: ConvertPage }).convertPage.convertFetched(names),
    NAMES,
  );

test('a page converts to the bytes that the command line writes', async ({ page }) => {
  const output = new MemoryOutput();
  const options = convertOptions({ source: { name: 'converted', revision: null } });
  await usingFixture('small/qwen2-untied', (input) => convertModel(input, output, options));
  const expected = [...output.files].map(([file, bytes]) => ({
    path: file,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));
  await openPage(page);
  expect(await convertInPage(page)).toEqual(expected.sort((a, b) => (a.path < b.path ? -1 : 1)));
});

test('a truncated file is reported, and leaves no model in storage', async ({ page }) => {
  await openPage(page, 90_000);
  await expect(convertInPage(page)).rejects.toThrow(/model-00002.*ends before/);
  const names = await page.evaluate(() =>
    (globalThis as unknown as { convertPage: ConvertPage }).convertPage.modelNames(),
  );
  expect(names).toEqual([]);
});
