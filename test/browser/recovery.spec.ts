/**
 * Faults of real devices: ONNX Runtime in the product's own worker loses its GPU device, its worker crashes, another tab
 * wants the device. What faults.spec.ts shows with a scripted model for every stage is shown here once for each device.
 */
import { expect, test, type Page } from '@playwright/test';
import type { RunState } from '../../src/client/run-state.ts';
import type { DevicePreference } from '../../src/protocol/rerank-api.ts';

/** Worker scripts would else come from the service worker, where no route sees them. */
test.use({ serviceWorkers: 'block' });

interface RunOptions {
  readonly device: DevicePreference;
  readonly fault?: 'lose-device' | 'crash';
}

interface RunOutcome {
  readonly states: readonly RunState['type'][];
  readonly codes: readonly string[];
  readonly error: string | null;
  readonly verdicts: readonly unknown[];
  readonly chains: readonly string[];
}

/** Runs in the worker before the product's code: keeps the device, and does what the page asks for. */
const WORKER_FAULTS = `
  const { requestDevice } = GPUAdapter.prototype;
  let keptDevice;
  GPUAdapter.prototype.requestDevice = async function (...asked) {
    return (keptDevice = await requestDevice.apply(this, asked));
  };
  new BroadcastChannel('faults').onmessage = ({ data }) => {
    if (data === 'lose-device') keptDevice.destroy();
    if (data === 'crash') throw new Error('crashed as planned');
  };
`;

async function open(page: Page): Promise<void> {
  await page.route(/rerank\.worker[^/]*\.js$/, async (route) => {
    const body = `${WORKER_FAULTS};\n${await (await route.fetch()).text()}`;
    const headers = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
    await route.fulfill({ contentType: 'text/javascript', headers, body });
  });
  await page.goto('./');
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
}

/** Two documents of few tokens; the fault comes once, when the first token of a chain has come. */
function rerank(page: Page, options: RunOptions): Promise<RunOutcome> {
  return page.evaluate(async ({ device, fault }): Promise<RunOutcome> => {
    const element = document.querySelector('rank1-rerank')!;
    element.device = device;
    element.maxNewTokens = 3;
    element.documents = ['The coldest city is Yakutsk.', 'Bread is baked from flour, water, yeast and salt.'];
    const states: RunState[] = [];
    let error: string | null = null;
    const channel = new BroadcastChannel('faults');
    const listening = new AbortController();
    const { signal } = listening;
    element.addEventListener('rank1-state', ({ detail }) => states.push(detail), { signal });
    element.addEventListener('rank1-error', ({ detail }) => (error = detail.error.message), { signal });
    let isDone = fault === undefined;
    const onUpdate = ({ detail }: HTMLElementEventMap['rank1-update']): void => {
      if (isDone || !detail.updates.some(({ type }) => type === 'reasoning')) return;
      isDone = true;
      channel.postMessage(fault);
    };
    element.addEventListener('rank1-update', onUpdate, { signal });
    await element.rerank();
    listening.abort();
    channel.close();
    const results = [...element.results].sort((a, b) => a.index - b.index);
    return {
      states: states.map(({ type }) => type),
      codes: states.flatMap((state) => (state.type === 'recovering' ? [state.code] : [])),
      error,
      verdicts: results.map(({ verdict }) => verdict),
      chains: results.map(({ reasoning }) => reasoning),
    };
  }, options);
}

const CASES = [
  // The step in flight may fail before the browser tells of the loss; what follows is the same.
  ['webgpu', 'lose-device', /^(device-lost|run-failed)$/],
  ['wasm', 'crash', /^worker-failed$/],
] as const;

for (const [device, fault, code] of CASES) {
  test(`${fault} in mid-run on ${device} changes no verdict and no chain`, async ({ page }) => {
    await open(page);
    const undisturbed = await rerank(page, { device });
    expect(undisturbed).toMatchObject({ error: null, codes: [] });
    expect(undisturbed.verdicts).toHaveLength(2);
    expect(undisturbed.verdicts).not.toContain(null);
    const disturbed = await rerank(page, { device, fault });
    expect(disturbed.codes).toEqual([expect.stringMatching(code)]);
    expect(disturbed.states.at(-1)).toBe('running');
    expect(disturbed).toMatchObject({ error: null });
    expect(disturbed.verdicts).toEqual(undisturbed.verdicts);
    expect(disturbed.chains).toEqual(undisturbed.chains);
  });
}

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
