/**
 * Faults of real devices: ONNX Runtime in the product's own worker loses its GPU device, its worker crashes, another tab
 * wants the device. What faults.spec.ts shows with a scripted model for every stage is shown here once for each device. On
 * the software GPU `npm test` has a model of one layer, the full run the demo model.
 */
import { expect, test } from '@playwright/test';
import { IS_FULL } from '../tier.ts';
import { open, rerank } from './rerank-in-page.ts';
import { serveShallowModel } from './served-model.ts';

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

// How a CPU computes with the weights, and what it says of it. The last has no memory to expand them.
const FORMS = [
  ['exact', 8, /32-bit floats/],
  ['fast', 8, /8-bit integers/],
  ['fast', 0.03, /as they are stored/],
] as const;

for (const [arithmetic, memoryGib, reason] of FORMS.filter((_, at) => IS_FULL || at === 0)) {
  test(`a crash changes nothing, asked for ${arithmetic} with ${memoryGib} GiB`, async ({ page }) => {
    await open(page, './', memoryGib);
    const run = { device: 'wasm', arithmetic, maxNewTokens: 12 } as const;
    const undisturbed = await rerank(page, run);
    expect(undisturbed).toMatchObject({ error: null, codes: [], arithmetic: expect.stringMatching(reason) });
    expect(undisturbed.verdicts).toHaveLength(2);
    expect(undisturbed.verdicts).not.toContain(null);
    const disturbed = await rerank(page, { ...run, fault: 'crash' });
    expect(disturbed.codes).toEqual(['worker-failed']);
    expect(disturbed.states.at(-1)).toBe('running');
    expect(disturbed).toMatchObject({ error: null, arithmetic: undisturbed.arithmetic });
    expect(disturbed.verdicts).toEqual(undisturbed.verdicts);
    expect(disturbed.chains).toEqual(undisturbed.chains);
  });
}

test('a GPU that is lost in mid-run changes no verdict and no chain', async ({ page }) => {
  await open(page);
  const run = { device: 'webgpu', model: IS_FULL ? undefined : await serveShallowModel(page) } as const;
  const undisturbed = await rerank(page, run);
  expect(undisturbed).toMatchObject({ error: null, codes: [] });
  expect(undisturbed.verdicts).toHaveLength(2);
  expect(undisturbed.verdicts).not.toContain(null);
  const disturbed = await rerank(page, { ...run, fault: 'lose-device' });
  // The step in flight may fail before the browser tells of the loss; what follows is the same.
  expect(disturbed.codes).toEqual([expect.stringMatching(/^(device-lost|run-failed)$/)]);
  expect(disturbed.states.at(-1)).toBe('running');
  expect(disturbed).toMatchObject({ error: null });
  expect(disturbed.verdicts).toEqual(undisturbed.verdicts);
  expect(disturbed.chains).toEqual(undisturbed.chains);
});

test('a second tab waits for the device and says so, and has it when the first is closed in mid-run', async ({
  page: second,
  context,
}) => {
  await open(second);
  const undisturbed = await rerank(second, { device: 'wasm' });
  expect(undisturbed.states).not.toContain('waiting');
  const first = await context.newPage();
  await open(first);
  // Long enough that it would not end by itself while the second one asks.
  await first.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const element = document.querySelector('rank1-rerank')!;
        element.device = 'wasm';
        element.documents = Array.from({ length: 20 }, () => element.documents).flat();
        element.addEventListener('rank1-update', () => resolve(), { once: true });
        void element.rerank();
      }),
  );
  const waiting = second.evaluate(
    () =>
      new Promise<void>((resolve) => {
        document.querySelector('rank1-rerank')!.addEventListener('rank1-state', ({ detail }) => {
          if (detail.type === 'waiting') resolve();
        });
      }),
  );
  const outcome = rerank(second, { device: 'wasm' });
  await waiting;
  await expect(second.locator('rank1-rerank')).toContainText('Waiting for another page that uses the model');
  await first.close();
  expect(await outcome).toMatchObject({
    error: null,
    verdicts: undisturbed.verdicts,
    chains: undisturbed.chains,
  });
  expect((await outcome).states).not.toContain('recovering');
  expect((await outcome).states[0]).toBe('waiting');
  expect((await outcome).states.at(-1)).toBe('running');
});
