/**
 * Downloads that stall, whose worker is killed or whose storage fails, and folders that were made to do harm, in a worker of
 * a real Chromium.
 */
import { createHash } from 'node:crypto';
import { expect, test, type Page } from '@playwright/test';
import { ModelServer, type Fault } from '../fakes/model-server.ts';
import { servedModel } from '../fakes/served-model.ts';
import type { ModelsPage } from '../harness/models.ts';
import type { StorageFault } from '../harness/models.worker.ts';
import { IS_FULL } from '../tier.ts';

/** As long as the Node suite has, so that both see the same answers. */
const LIMITS = { stallMs: 250, retryMs: 1, partBytes: 100_000, checkpointBytes: 20_000 };
const CASES = IS_FULL ? 10_000 : 300;

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
      const { models } = globalThis as unknown as { models: ModelsPage };
      return models.remote.download(url, limits);
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

const breakStorage = (page: Page, fault: StorageFault) =>
  page.evaluate(
    (sent) => (globalThis as unknown as { models: ModelsPage }).models.remote.breakStorage(sent),
    fault,
  );

/** Every byte of every file, compared with what the server has. */
async function expectServedBytes(page: Page): Promise<void> {
  const paths = [...server.files.keys()].filter((path) => path !== 'rank1.json' && !path.includes('fp32'));
  const digests = await page.evaluate(
    (sent) => (globalThis as unknown as { models: ModelsPage }).models.remote.digests(sent),
    paths,
  );
  for (const path of paths) {
    const served = createHash('sha256').update(server.files.get(path)!).digest('hex');
    expect(digests[path], path).toBe(served);
  }
}

for (const during of ['download', 'verify'] as const) {
  test(`a worker that is killed in mid-${during} leaves no model, and the next one goes on with what has arrived`, async ({
    page,
  }) => {
    await breakStorage(page, { during, fault: 'stuck' });
    await page.evaluate(
      async ([url, limits]) => {
        const { models } = globalThis as unknown as { models: ModelsPage };
        const killed = models.killWhenStuck();
        void models.remote.download(url, limits);
        await killed;
      },
      [server.url, LIMITS] as const,
    );
    const total = [...server.files].reduce(
      (sum, [path, { length }]) => sum + (path.includes('fp32') ? 0 : length),
      0,
    );
    server.reset();
    expect(await download(page)).toEqual({ whole: true, error: null });
    expect(server.totalSent).toBeLessThan(total - LIMITS.checkpointBytes);
    await expectServedBytes(page);
  });

  for (const fault of ['full', 'failure'] as const) {
    test(`storage that is of no use in mid-${during} (${fault}) ends it with a sentence, and it can go on`, async ({
      page,
    }) => {
      await breakStorage(page, { during, fault });
      const { whole, error } = await download(page);
      expect(whole).toBe(false);
      expect(error).toMatch(
        fault === 'full' ? /storage is full.*Delete a model/ : /storage failed.*try again/,
      );
      expect(await download(page)).toEqual({ whole: true, error: null });
      await expectServedBytes(page);
    });
  }
}

test(`${CASES} hostile folders give a model or a Rank1Error, and ask for nothing outside of the folder`, async ({
  page,
  baseURL,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const { numLoaded, problems } = await page.evaluate(
    ([demo, numCases]) => {
      const { models } = globalThis as unknown as { models: ModelsPage };
      return models.remote.readHostileFolders(demo, numCases);
    },
    [new URL('models/rank1-rerank-model/', baseURL).href, CASES] as const,
  );
  expect(problems).toEqual([]);
  expect(numLoaded).toBeGreaterThan(CASES / 100);
  expect(numLoaded).toBeLessThan(CASES * 0.9);
  expect(asked.every((url) => url.startsWith(baseURL!))).toBe(true);
});
