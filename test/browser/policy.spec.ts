/** What a page's policies refuse is named with the directive to change, and not tried again. */
import { expect, test, type Page } from '@playwright/test';
import type { Rank1RerankElement } from '../../src/ui/index.ts';
import type { FaultCase, FaultOutcome } from '../harness/faults.ts';
import { CompletionsServer } from '../unit/remote/completions-server.ts';

/** Sends what matches with other headers. */
async function serveWith(page: Page, path: RegExp, headers: Record<string, string>): Promise<() => number> {
  let numRequests = 0;
  await page.route(path, async (route) => {
    numRequests++;
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
  });
  return () => numRequests;
}

/** The error of one call of the page's element. */
function errorOf(page: Page) {
  return page.evaluate(async () => {
    const element = document.querySelector('rank1-rerank') as Rank1RerankElement;
    element.device = 'wasm';
    element.documents = ['a passage'];
    element.query = 'a query';
    const failed = new Promise<{ code: unknown; message: string }>((resolve) =>
      element.addEventListener('rank1-error', ({ detail: { error } }) =>
        resolve({ code: 'code' in error ? error.code : null, message: error.message }),
      ),
    );
    void element.rerank();
    return failed;
  });
}

test('a server that connect-src does not allow', async ({ page }) => {
  const server = await CompletionsServer.start({ anyOrigin: true });
  await serveWith(page, /remote\.html/, { 'content-security-policy': "connect-src 'self'" });
  await page.goto(`./test/harness/remote.html#${encodeURIComponent(server.endpoint)}`);
  const { code, message } = await errorOf(page);
  expect(message).toContain(`Add ${new URL(server.endpoint).origin} to its connect-src directive`);
  expect(code).toBe('access-denied');
  expect(server.seen).toEqual([]);
  await server.stop();
});

test.describe('the runtime', () => {
  // One that answers for the server would not be seen by the route.
  test.use({ serviceWorkers: 'block' });
  test('whose .mjs files come with a MIME type that is none of a script', async ({ page }) => {
    const numRequests = await serveWith(page, /ort[^?]*\.mjs/, {
      'content-type': 'application/octet-stream',
    });
    await page.goto('./');
    await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
    const { code, message } = await errorOf(page);
    expect(message).toMatch(/\.mjs as application\/octet-stream.*text\/javascript/);
    expect(code).toBe('access-denied');
    expect(numRequests(), 'the import, and the look at its type').toBeLessThanOrEqual(2);
  });

  test('whose WebAssembly the policy does not allow', async ({ page }) => {
    await serveWith(page, /\/$/, { 'content-security-policy': "script-src 'self' blob:" });
    await page.goto('./');
    await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
    const { code, message } = await errorOf(page);
    expect(message).toContain("Add 'wasm-unsafe-eval' to its script-src directive");
    expect(code).toBe('access-denied');
  });
});

/** One run on a worker of its own, which a policy may refuse. */
async function runWorker(page: Page, headers: Record<string, string>): Promise<FaultOutcome> {
  await serveWith(page, /faults\.html/, headers);
  await page.goto('./test/harness/faults.html');
  return page.evaluate(() =>
    (
      globalThis as unknown as { faults: { runFaultCase(faultCase: FaultCase): Promise<FaultOutcome> } }
    ).faults.runFaultCase({ plans: [] }),
  );
}

test.describe('the worker', () => {
  test('that worker-src does not allow', async ({ page }) => {
    const { error, numWorkers } = await runWorker(page, { 'content-security-policy': "worker-src 'none'" });
    expect(error?.message).toContain('worker-src directive');
    expect(error?.code).toBe('access-denied');
    expect(numWorkers, 'it is not started again').toBe(1);
  });

  test('on a page that requires Trusted Types', async ({ page }) => {
    const { error } = await runWorker(page, {
      'content-security-policy': "require-trusted-types-for 'script'",
    });
    expect(error?.message).toContain('trusted-types directive');
    expect(error?.code).toBe('access-denied');
  });

  test('in a sandbox without an origin', async ({ page }) => {
    // Its modules come from another origin than its own, which is none.
    await serveWith(page, /\.js$/, { 'access-control-allow-origin': '*' });
    const { error } = await runWorker(page, { 'content-security-policy': 'sandbox allow-scripts' });
    expect(error?.message).toContain('Add allow-same-origin to the sandbox');
    expect(error?.code).toBe('access-denied');
  });
});
