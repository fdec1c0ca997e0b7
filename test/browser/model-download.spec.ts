/** Downloads that stall, and folders that were made to do harm, in a worker of a real Chromium. */
import { expect, test, type Page } from '@playwright/test';
import type { Remote } from 'comlink';
import { ModelServer, type Fault } from '../fakes/model-server.ts';
import { servedModel } from '../fakes/served-model.ts';
import type { ModelsHarness } from '../harness/models.worker.ts';

/** As long as the Node suite has, so that both see the same answers. */
const LIMITS = { stallMs: 250, retryMs: 1, partBytes: 100_000 };
const CASES = 10_000;

let server: ModelServer;

test.beforeEach(async ({ page }) => {
  server = new ModelServer(servedModel(300_000));
  await server.listen();
  await page.goto('test/harness/models.html');
  await page.waitForFunction(() => 'models' in globalThis);
});

test.afterEach(async () => {
  await server.close();
});

const download = (page: Page) =>
  page.evaluate(
    ([url, limits]) => {
      const { models } = globalThis as unknown as { models: Remote<ModelsHarness> };
      return models.download(url, limits);
    },
    [server.url, LIMITS] as const,
  );

for (const fault of ['stall', 'stall-at-once'] as const satisfies readonly Fault[]) {
  test(`a server that stalls for a while (${fault}) is asked again, and the model is whole`, async ({
    page,
  }) => {
    server.fault = (_request, nth) => (nth < 4 ? fault : null);
    expect(await download(page)).toEqual({ whole: true, error: null });
  });

  test(`a manifest that stalls (${fault}) ends the download with a sentence`, async ({ page }) => {
    server.faultyPath = /rank1.json/;
    server.fault = () => fault;
    const { whole, error } = await download(page);
    expect(whole).toBe(false);
    expect(error).toMatch(/nothing came any more/);
  });
}

test(`${CASES} hostile folders give a model or a Rank1Error, and ask for nothing outside of the folder`, async ({
  page,
  baseURL,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const { numLoaded, problems } = await page.evaluate(
    ([demo, numCases]) => {
      const { models } = globalThis as unknown as { models: Remote<ModelsHarness> };
      return models.readHostileFolders(demo, numCases);
    },
    [new URL('models/rank1-demo/', baseURL).href, CASES] as const,
  );
  expect(problems).toEqual([]);
  expect(numLoaded).toBeGreaterThan(CASES / 100);
  expect(numLoaded).toBeLessThan(CASES * 0.9);
  expect(asked.every((url) => url.startsWith(baseURL!))).toBe(true);
});
