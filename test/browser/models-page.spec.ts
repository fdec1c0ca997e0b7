/** The model page and its worker in a real Chromium, on the origin private file system, against a server that fails. */
import { zipSync } from 'fflate';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { ModelServer, type Fault } from '../fakes/model-server.ts';
import { servedModel } from '../fakes/served-model.ts';
import { fixturePath } from '../unit/convert/support/fixtures.ts';
import { expectAccessible } from './accessible.ts';
import { FULL } from '../tier.ts';

const WEIGHT_BYTES = 6_000_000;
const FEW_BYTES = 300_000;
const DEMO = path.join(import.meta.dirname, '../../test/fixtures/demo-model');

let server: ModelServer;

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

test.beforeEach(async ({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept());
  server = new ModelServer(servedModel(WEIGHT_BYTES));
  await server.listen();
});

test.afterEach(async () => {
  await server.close();
});

async function open(page: Page): Promise<void> {
  await page.goto('models.html');
  await expect(page.getByRole('heading', { name: 'This device', exact: true })).toBeVisible();
}

async function look(page: Page): Promise<void> {
  await page.getByLabel('Address or Hugging Face id').fill(server.url);
  await page.getByRole('button', { name: 'Look up' }).click();
  await expect(page.getByRole('button', { name: /^Download q4/ })).toBeVisible();
}

async function download(page: Page): Promise<void> {
  await look(page);
  await page.getByRole('button', { name: /^Download q4/ }).click();
}

const use = (page: Page) => page.getByRole('button', { name: 'Use model', exact: true });
const weightBytesSent = (): number =>
  [...server.sent].reduce((sum, [file, bytes]) => (file.includes('onnx_data') ? sum + bytes : sum), 0);

/** Lengths of the stored files of the model, `null` where there is no manifest. */
function storedLengths(page: Page, name = 'model'): Promise<Record<string, number> | null> {
  return page.evaluate(async (name) => {
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await (await root.getDirectoryHandle('models')).getDirectoryHandle(name);
      await folder.getFileHandle('rank1.json');
      const onnx = await folder.getDirectoryHandle('onnx');
      const lengths: Record<string, number> = {};
      for await (const [name, handle] of onnx.entries()) {
        lengths[name] = (await (handle as FileSystemFileHandle).getFile()).size;
      }
      return lengths;
    } catch {
      return null;
    }
  }, name);
}

test('sizes come first, the model then in parts, and it is listed and can be deleted', async ({ page }) => {
  await open(page);
  await look(page);
  expect(weightBytesSent()).toBe(0);
  await page.getByRole('button', { name: /^Download q4 · 12 MB/ }).click();
  await expect(use(page)).toBeVisible();
  expect(weightBytesSent()).toBe(2 * WEIGHT_BYTES);
  expect(await storedLengths(page)).toMatchObject({ 'model_q4.onnx_data': WEIGHT_BYTES });
  await page.getByRole('button', { name: 'Delete model' }).click();
  await expect(use(page)).toBeHidden();
  expect(await storedLengths(page)).toBeNull();
});

test('what is fetched for a model is in the list of what was fetched, though a worker fetches it', async ({
  page,
}) => {
  for (const [file, bytes] of servedModel(FEW_BYTES)) server.files.set(file, bytes);
  await open(page);
  const state = page.locator('.network-state');
  await expect(state).toHaveAttribute('data-foreign', '0');
  await state.locator('summary').click();
  await expect(state).toContainText('All from this site.');
  await download(page);
  await expect(use(page)).toBeVisible();
  await state.locator('summary').click();
  const fetched = state.getByRole('listitem');
  for (const name of ['rank1.json', 'onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'])
    await expect(fetched.filter({ hasText: `${server.url}${name}` }).first()).toBeVisible();
  await expect(state).toContainText(/\d+ from other sites\./);
});

test(
  'a reload in mid-download costs no more than what was not noted, and nothing loads until it is whole',
  FULL,
  async ({ page }) => {
    server.chunkBytes = 100_000;
    server.chunkMs = 60;
    await open(page);
    await download(page);
    await expect.poll(weightBytesSent, { intervals: [30] }).toBeGreaterThan(7_000_000);
    await page.reload();
    expect(await storedLengths(page)).toBeNull();
    await expect(page.getByRole('button', { name: 'Resume model' })).toBeVisible();
    server.reset();
    server.chunkMs = 0;
    await page.getByRole('button', { name: 'Resume model' }).click();
    await expect(use(page)).toBeVisible();
    // Noted every 2 MiB, on two files at once.
    expect(weightBytesSent()).toBeLessThan(2 * WEIGHT_BYTES - 7_000_000 + 2 * 2_097_152 + 400_000);
  },
);

test('pausing keeps every byte', async ({ page }) => {
  server.chunkBytes = 100_000;
  server.chunkMs = 60;
  await open(page);
  await download(page);
  await expect.poll(weightBytesSent, { intervals: [30] }).toBeGreaterThan(5_000_000);
  await page.getByRole('button', { name: 'Pause model' }).click();
  await expect(page.getByRole('button', { name: 'Resume model' })).toBeVisible();
  server.reset();
  server.chunkMs = 0;
  await page.getByRole('button', { name: 'Resume model' }).click();
  await expect(use(page)).toBeVisible();
  // What was on its way when it was paused may have been sent in vain.
  expect(weightBytesSent()).toBeLessThan(2 * WEIGHT_BYTES - 5_000_000 + 1_500_000);
});

test('a second tab waits and downloads nothing', FULL, async ({ page, context }) => {
  server.chunkBytes = 100_000;
  server.chunkMs = 60;
  await open(page);
  const other = await context.newPage();
  await open(other);
  await look(other);
  await download(page);
  await expect.poll(weightBytesSent, { intervals: [30] }).toBeGreaterThan(1_000_000);
  await other.getByRole('button', { name: /^Download q4/ }).click();
  await expect(other.getByText('Another tab is at it')).toBeVisible();
  await expect(use(other)).toBeVisible();
  await expect(use(page)).toBeVisible();
  expect(weightBytesSent()).toBe(2 * WEIGHT_BYTES);
});

const REFUSED: readonly [Fault, RegExp][] = [
  ['corrupt', /checksum/],
  ['shifted', /checksum/],
  ['wrong-length', /not 300000 as the model's manifest says/],
  ['page', /web page/],
  [404, /There is no .*404/],
];
const RESUMED: readonly Fault[] = ['truncate', 'ignore-range', 'wrong-range', 'gzip', 429, 503];

test('a server that fails now and then still gives a whole model', FULL, async ({ page }) => {
  for (const [file, bytes] of servedModel(FEW_BYTES)) server.files.set(file, bytes);
  await open(page);
  for (const fault of RESUMED) {
    const isLasting = typeof fault === 'string' && fault !== 'truncate';
    server.reset();
    server.fault = ({ range }, nth) => {
      if (isLasting) return range === undefined && fault === 'wrong-range' ? null : fault;
      return nth < 1 ? fault : null;
    };
    await download(page);
    await expect(use(page), String(fault)).toBeVisible();
    expect(await storedLengths(page), String(fault)).toMatchObject({ 'model_q4.onnx_data_1': FEW_BYTES });
    await page.getByRole('button', { name: 'Delete model' }).click();
    await expect(use(page)).toBeHidden();
  }
});

test('a server that always fails gives no model, and a sentence', FULL, async ({ page }) => {
  for (const [file, bytes] of servedModel(FEW_BYTES)) server.files.set(file, bytes);
  await open(page);
  for (const [fault, sentence] of REFUSED) {
    server.fault = () => fault;
    await download(page);
    await expect(page.getByRole('alert'), String(fault)).toHaveText(sentence);
    expect(await storedLengths(page), String(fault)).toBeNull();
    await page.getByRole('button', { name: /^Delete model/ }).click();
    await expect(page.getByRole('alert')).toBeHidden();
  }
});

test('a file that is changed in mid-download is never part of a model', FULL, async ({ page }) => {
  server.chunkBytes = 100_000;
  server.chunkMs = 60;
  await open(page);
  await download(page);
  await expect.poll(weightBytesSent, { intervals: [30] }).toBeGreaterThan(5_000_000);
  await page.getByRole('button', { name: 'Pause model' }).click();
  await expect(page.getByRole('button', { name: 'Resume model' })).toBeVisible();
  for (const file of ['onnx/model_q4.onnx_data', 'onnx/model_q4.onnx_data_1']) {
    server.files.set(file, servedModel(WEIGHT_BYTES, 5).get(file)!);
  }
  server.chunkMs = 0;
  await page.getByRole('button', { name: 'Resume model' }).click();
  await expect(page.getByRole('alert')).toHaveText(/checksum/);
  expect(await storedLengths(page)).toBeNull();
});

test('where storage is refused, the model can be kept in memory, and used from there', async ({
  page,
  context,
}) => {
  const refuse = `navigator.storage.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'))`;
  await page.route(/models\.worker[^/]*\.js$/, async (route) => {
    const body = `${refuse};\n${await (await route.fetch()).text()}`;
    const headers = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
    await route.fulfill({ contentType: 'text/javascript', headers, body });
  });
  await open(page);
  await expect(page.getByText('This browser stores nothing for the page')).toBeVisible();
  // A script that a test made up may ask its own origin only.
  await page
    .getByLabel('Address or Hugging Face id')
    .fill(new URL('models/rank1-rerank-model/', page.url()).href);
  await page.getByRole('button', { name: 'Look up' }).click();
  await page.getByRole('button', { name: 'in memory' }).click();
  await expect(page.getByText('in memory until this page is closed')).toBeVisible();
  const opening = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Use it in a new tab rank1-rerank-model' }).click();
  await expectJudges(await opening, 'rank1-rerank-model');
});

/** The demo page, in a tab of its own, runs the files that it was handed. */
async function expectJudges(tab: Page, name: string): Promise<void> {
  await tab.waitForFunction(() => document.querySelector('rank1-rerank')?.modelFiles !== undefined);
  // The sample comes by itself; it would take the place of the documents below.
  await expect(tab.locator('rank1-ranked-results li')).toHaveCount(14);
  const outcome = await tab.evaluate(async () => {
    const element = document.querySelector('rank1-rerank')!;
    Object.assign(element, { device: 'wasm', mode: 'instant', query: 'What is Paris?' });
    element.documents = ['Paris is the capital of France.'];
    await element.rerank();
    return { model: element.model, label: element.results[0]?.verdict?.label };
  });
  expect(outcome.model).toBe(name);
  expect(['true', 'false']).toContain(outcome.label);
}

test('a model that is stored runs', async ({ page }) => {
  await open(page);
  await page
    .getByLabel('Address or Hugging Face id')
    .fill(new URL('models/rank1-rerank-model/', page.url()).href);
  await page.getByRole('button', { name: 'Look up' }).click();
  await page.getByRole('button', { name: /^Download q4/ }).click();
  await page.getByRole('button', { name: 'Use rank1-rerank-model', exact: true }).click();
  await page.goto('./');
  const model = await page.evaluate(() => document.querySelector('rank1-rerank')?.model);
  expect(model).toBe('opfs:rank1-rerank-model');
  const label = await page.evaluate(async () => {
    const element = document.createElement('rank1-rerank');
    Object.assign(element, {
      model: 'opfs:rank1-rerank-model',
      device: 'wasm',
      mode: 'instant',
      query: 'What is Paris?',
    });
    element.documents = ['Paris is the capital of France.'];
    document.body.append(element);
    await element.rerank();
    return element.results[0]?.verdict?.label;
  });
  expect(['true', 'false']).toContain(label);
});

test('a folder of safetensors becomes a model, and all is deleted at once', async ({ page }) => {
  await open(page);
  const folder = fixturePath('small/qwen2-untied');
  await page.getByLabel('Choose a folder').setInputFiles(folder);
  await page.getByRole('button', { name: 'Convert on this device' }).click();
  await expect(page.getByRole('button', { name: 'Use qwen2-untied' })).toBeVisible();
  await page.getByLabel('Choose a folder').setInputFiles(DEMO);
  await page.getByRole('button', { name: 'Copy it into this browser' }).click();
  await expect(page.getByRole('button', { name: 'Use demo-model' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete all' }).click();
  await expect(page.getByRole('button', { name: /^Delete/ })).toHaveCount(0);
});

test('a GGUF file that is picked becomes a model, under its name', FULL, async ({ page }) => {
  await open(page);
  await page.getByLabel('Choose a ZIP or GGUF file').setInputFiles(fixturePath('gguf/qwen2-q8_0.gguf'));
  await page.getByRole('button', { name: 'Convert on this device' }).click();
  await expect(page.getByRole('button', { name: 'Use qwen2-q8_0' })).toBeVisible();
  await page.getByLabel('Choose a ZIP or GGUF file').setInputFiles({
    name: 'broken.gguf',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('GGUF and nothing else'),
  });
  await page.getByRole('button', { name: 'Convert on this device' }).click();
  await expect(page.getByRole('alert')).toHaveText(/broken\.gguf is GGUF of version/);
});

test('a folder that is chosen runs without being copied, in a tab of its own', async ({ page, context }) => {
  await open(page);
  await page.getByLabel('Choose a folder').setInputFiles(DEMO);
  const opening = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Use it without copying' }).click();
  const tab = await opening;
  await expectJudges(tab, 'demo-model');
  expect(await storedLengths(page, 'demo-model')).toBeNull();
  await page.close();
  await tab.reload();
  await expect(tab.getByRole('alert')).toHaveText(/files can no longer be had/);
  expect(await tab.evaluate(() => document.querySelector('rank1-rerank')?.model)).toBe(
    'models/rank1-rerank-model/',
  );
});

/** The demo model's folder as an archive, its files in a folder of another name. */
function demoArchive(): Buffer {
  const files = ['rank1.json', 'config.json', 'tokenizer.json', 'tokenizer_config.json'];
  const weights = ['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'];
  const manifest = JSON.parse(readFileSync(path.join(DEMO, 'rank1.json'), 'utf8')) as { files: object };
  const all = new Set([...files, ...weights, ...Object.keys(manifest.files)]);
  return Buffer.from(
    zipSync(
      Object.fromEntries([...all].map((file) => [`My Model/${file}`, readFileSync(path.join(DEMO, file))])),
    ),
  );
}

test(
  'a ZIP is copied under the name of its folder; another model of that name gets its own, the same none',
  FULL,
  async ({ page }) => {
    await open(page);
    const zip = { name: 'archive.zip', mimeType: 'application/zip', buffer: demoArchive() };
    const choose = page.getByLabel('Choose a ZIP');
    const copy = page.getByRole('button', { name: 'Copy it into this browser' });
    await choose.setInputFiles(zip);
    await copy.click();
    await expect(page.getByRole('button', { name: 'Use my-model', exact: true })).toBeVisible();
    await choose.setInputFiles(zip);
    await copy.click();
    await expect(page.getByRole('status')).toHaveText('It is here already: my-model.');
    await page.getByLabel('Choose a folder').setInputFiles(fixturePath('small/qwen2-untied'));
    await page.getByRole('button', { name: 'Convert on this device' }).click();
    await expect(page.getByRole('button', { name: 'Use qwen2-untied', exact: true })).toBeVisible();
    await page.getByLabel('Choose a folder').setInputFiles(fixturePath('small/qwen2-untied'));
    await page.getByRole('button', { name: 'Convert on this device' }).click();
    await expect(page.getByRole('button', { name: 'Use qwen2-untied-2', exact: true })).toBeVisible();
  },
);

test('what is no ZIP, or a part of one, is refused with a sentence', FULL, async ({ page }) => {
  await open(page);
  const whole = demoArchive();
  for (const buffer of [Buffer.from('not an archive at all'), whole.subarray(0, whole.length >> 1)]) {
    await page
      .getByLabel('Choose a ZIP')
      .setInputFiles({ name: 'x.zip', mimeType: 'application/zip', buffer });
    await expect(page.getByRole('alert')).toHaveText(/x\.zip (is no ZIP archive|ends before|is damaged)/);
    await page.getByLabel('Address or Hugging Face id').fill('no address');
    await page.getByRole('button', { name: 'Look up' }).click();
    await expect(page.getByRole('alert')).toHaveText(/Write an address/);
  }
});

test('a checkpoint on a server is found by its address, and converted; a key of its config that is not known is told', async ({
  page,
}) => {
  const folder = fixturePath('small/qwen2-untied');
  server.files.clear();
  for (const file of readdirSync(folder)) server.files.set(file, readFileSync(path.join(folder, file)));
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as object;
  server.files.set('config.json', Buffer.from(JSON.stringify({ ...config, attention_sinks: 4 })));
  await open(page);
  await page.getByLabel('Address or Hugging Face id').fill(server.url);
  await page.getByRole('button', { name: 'Look up' }).click();
  await page.getByRole('button', { name: /^Fetch .*B and convert$/ }).click();
  await expect(use(page)).toBeVisible();
  expect(await storedLengths(page)).toMatchObject({
    'model_q4.onnx': expect.any(Number) as unknown as number,
  });
  await expect(page.getByText(/config.json has keys that are not known here.*attention_sinks/)).toBeVisible();
});

test('a running download is cancelled, and nothing of it stays', async ({ page }) => {
  server.chunkBytes = 100_000;
  server.chunkMs = 60;
  await open(page);
  await download(page);
  await expect.poll(weightBytesSent, { intervals: [30] }).toBeGreaterThan(1_000_000);
  await page.getByRole('button', { name: 'Cancel model' }).click();
  await expect(page.getByRole('heading', { name: 'model', exact: true })).toBeHidden();
  const left = () =>
    page.evaluate(async () => {
      const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
      const folder = await models.getDirectoryHandle('model').catch(() => null);
      return folder ? Array.fromAsync(folder.keys()) : [];
    });
  await expect.poll(left).toEqual([]);
  expect(await page.evaluate(() => document.querySelectorAll('progress').length)).toBe(0);
});

test('a download beside a whole version takes nothing from it, and of two models one is deleted by two quick presses', async ({
  page,
}) => {
  await open(page);
  await page.getByLabel('Choose a folder').setInputFiles(DEMO);
  await page.getByRole('button', { name: 'Copy it into this browser' }).click();
  await expect(page.getByRole('button', { name: 'Use demo-model', exact: true })).toBeVisible();
  await download(page);
  await expect(use(page)).toBeVisible();
  server.chunkBytes = 100_000;
  server.chunkMs = 60;
  await page.getByLabel('Address or Hugging Face id').fill(server.url);
  await page.getByRole('button', { name: 'Look up' }).click();
  await page.getByRole('button', { name: /^Download fp32/ }).click();
  await expect(page.getByRole('button', { name: 'Pause model' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel model' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Pause model' }).click();
  await expect(use(page)).toBeVisible();
  expect(await storedLengths(page)).toMatchObject({ 'model_q4.onnx_data': WEIGHT_BYTES });
  await page.getByRole('button', { name: 'Delete demo-model' }).dblclick();
  await expect(page.getByRole('heading', { name: 'demo-model' })).toBeHidden();
  await expect(use(page)).toBeVisible();
});

test('the keyboard focus goes to the list where a download starts, and to the next model where one is deleted', async ({
  page,
}) => {
  await open(page);
  await look(page);
  await page.getByRole('button', { name: /^Download q4/ }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Kept in this browser' })).toBeFocused();
  await expect(use(page)).toBeVisible();
  await page.getByLabel('Choose a folder').setInputFiles(DEMO);
  await page.getByRole('button', { name: 'Copy it into this browser' }).click();
  await expect(page.getByRole('button', { name: 'Use demo-model', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Delete demo-model' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Delete model' })).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: 'demo-model was deleted.' })).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Kept in this browser' })).toBeFocused();
});

test('the browser is asked to keep what is stored, and a download waits for no answer', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.storage.persist = () => {
      document.documentElement.dataset['asked'] = 'yes';
      return new Promise(() => undefined); // as in Firefox, until the user decides
    };
  });
  await open(page);
  await look(page);
  expect(await page.evaluate(() => document.documentElement.dataset['asked'])).toBeUndefined();
  await page.getByRole('button', { name: /^Download q4/ }).click();
  await expect(use(page)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.dataset['asked'])).toBe('yes');
});

test('the model that is deleted is used no more, nor one that the browser has cleared', async ({ page }) => {
  await open(page);
  await download(page);
  await use(page).click();
  await page.getByRole('button', { name: 'Delete model' }).click();
  await expect(page.getByRole('button', { name: 'Used by the pages the default model' })).toBeVisible();
  await page.evaluate(() => localStorage.setItem('rank1-model', 'opfs:model'));
  await page.goto('./');
  await expect(page.getByRole('alert')).toHaveText(/no longer in this browser’s storage/);
  expect(await page.evaluate(() => document.querySelector('rank1-rerank')?.model)).toBe(
    'models/rank1-rerank-model/',
  );
});

test('the report is copied, and shown where copying is refused', FULL, async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await page.getByRole('button', { name: 'Copy report' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  for (const fact of [
    'runs on: ',
    'dtype: q4',
    'storage: ',
    'adapter: ',
    'cross-origin isolated: yes',
    'browser: ',
  ]) {
    expect(report).toContain(fact);
  }
  await expect(page.getByRole('button', { name: 'Copy report' })).toBeVisible();
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await page.getByRole('button', { name: 'Copy report' }).click();
  await expect(page.getByLabel(/did not let the page copy/)).toHaveValue(report);
});

test('the page is accessible, and says what runs here and why', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('heading', { name: 'rank1 14B', exact: true })).toBeVisible();
  await expect(page.getByText('Needs a server with a large GPU').first()).toBeVisible();
  await expect(page.getByRole('heading', { name: 'rank1 7B AWQ' })).toBeVisible();
  for (const summary of await page.locator('main summary').all()) await summary.click();
  await look(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, 'main');
  }
});
