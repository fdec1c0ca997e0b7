/** How a stored model's weights come to the runtime: as the File that they are, read in pieces, where the build can. */
import { expect, test, type Page } from '@playwright/test';
import { storeDemo } from '../browser/stored-demo.ts';
import { injectFaults, vanishInMidLoad, weightReads } from '../browser/worker-faults.ts';
import type { SoakHarness, SoakRound } from '../harness/soak.ts';

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

function load(page: Page, asked: Pick<SoakRound, 'device' | 'model' | 'dtype'>): Promise<unknown> {
  return page.evaluate(
    (asked) =>
      (globalThis as unknown as { soak: SoakHarness }).soak.round({
        ...asked,
        numDocuments: 0,
        numReasoned: 0,
        abort: false,
        reload: false,
      }),
    asked,
  );
}

async function loadStored(page: Page, device: SoakRound['device']) {
  await injectFaults(page);
  await page.goto('./test/harness/soak.html');
  await page.waitForFunction(() => 'soak' in globalThis);
  await storeDemo(page);
  await load(page, { device, model: 'opfs:stored' });
  return weightReads(page);
}

async function weightBytes(page: Page): Promise<number> {
  const response = await page.request.get('models/rank1-rerank-model/rank1.json');
  const { files } = (await response.json()) as { files: Record<string, { bytes: number }> };
  return files['onnx/model_q4.onnx_data']!.bytes;
}

test('the JSPI build is given the File and takes it tensor by tensor: it is never whole in memory of JavaScript', async ({
  page,
}) => {
  const { slices, numWhole } = await loadStored(page, 'webgpu');
  expect(await page.evaluate(() => 'Suspending' in WebAssembly), 'a browser that takes the JSPI build').toBe(
    true,
  );
  const total = await weightBytes(page);
  expect(numWhole).toBe(0);
  expect(slices.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(0.9 * total);
  // The table of tokens is the largest, and about a third of so small a model.
  expect(Math.max(...slices)).toBeLessThan(total / 2);
});

test('the WASM build takes it whole, once', async ({ page }) => {
  const { slices, numWhole } = await loadStored(page, 'wasm');
  expect(slices).toEqual([]);
  expect(numWhole).toBe(1);
});

for (const device of ['webgpu', 'wasm'] as const) {
  test(`a model that is deleted while its weights are read on ${device} is no model: the error says what to do`, async ({
    page,
  }) => {
    await loadStored(page, device);
    await vanishInMidLoad(page);
    await expect(load(page, { device, model: 'opfs:stored', dtype: 'q4' })).rejects.toThrow(
      // The read that failed, and the try that found nothing any more.
      /failed 2 times in a row.*no model "stored".*download it again/,
    );
    await load(page, { device });
  });
}
