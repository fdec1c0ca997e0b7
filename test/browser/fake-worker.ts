/**
 * Playwright's `test` with the scripted worker served in place of the real one, and a way to steer it. A test fails if
 * a page of it threw what nothing caught.
 */
import { expect, test as base, type Page } from '@playwright/test';
import { build } from 'vite';
import type { FakeWorkerCommand } from '../fakes/rerank.worker.ts';

export interface FakeWorkerControl {
  /** Commands given before the worker has started wait for it. */
  send(command: FakeWorkerCommand): Promise<void>;
}

interface FakeWorkerWindow {
  sendToFakeWorker(command: FakeWorkerCommand): void;
}

/** A page that is cross-origin isolated starts only workers that are, too. */
const ISOLATION_HEADERS = { 'Cross-Origin-Embedder-Policy': 'require-corp' };

export const test = base.extend<
  {
    fakeWorker: FakeWorkerControl;
    /** What pages and workers threw and nothing caught. A test that provokes it takes it out. */
    uncaught: string[];
  },
  { fakeWorkerSource: string }
>({
  // A service worker would answer with the real worker, past the route below.
  serviceWorkers: 'block',
  fakeWorkerSource: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures from this pattern
    async ({}, use) => use(await bundleFakeWorker()),
    { scope: 'worker' },
  ],
  uncaught: [
    async ({ context }, use) => {
      const uncaught: string[] = [];
      context.on('weberror', (webError) => {
        const error = webError.error();
        uncaught.push(error.stack ?? error.message);
      });
      await use(uncaught);
      expect(uncaught).toEqual([]);
    },
    { auto: true },
  ],
  fakeWorker: [
    async ({ page, fakeWorkerSource }, use) => {
      await page.route(/rerank\.worker[^/]*\.(js|ts)/, (route) =>
        route.fulfill({ contentType: 'text/javascript', headers: ISOLATION_HEADERS, body: fakeWorkerSource }),
      );
      await page.addInitScript(queueCommands);
      await use({ send: (command) => sendCommand(page, command) });
    },
    { auto: true }, // before any hook opens the page
  ],
});

export { expect } from '@playwright/test';

async function bundleFakeWorker(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry: 'test/fakes/rerank.worker.ts', formats: ['es'], fileName: 'fake' },
    },
  });
  const [bundle] = Array.isArray(output) ? output : [output];
  const chunk =
    bundle && 'output' in bundle ? bundle.output.find((file) => file.type === 'chunk') : undefined;
  if (!chunk) throw new Error('The scripted worker could not be bundled');
  return chunk.code;
}

function queueCommands(): void {
  const channel = new BroadcastChannel('rank1-fake-worker');
  const waiting: FakeWorkerCommand[] = [];
  let ready = false;
  /** Holds for workers that are started later, too: a failed load ends the one it failed in. */
  let steady: FakeWorkerCommand | null = null;
  channel.onmessage = () => {
    ready = true;
    if (steady) channel.postMessage(steady);
    for (const command of waiting.splice(0)) channel.postMessage(command);
  };
  (window as unknown as FakeWorkerWindow).sendToFakeWorker = (command) => {
    if (command.type === 'steady') steady = command;
    if (!ready) waiting.push(command);
    else channel.postMessage(command);
    if (command.type === 'crash') ready = false;
  };
}

function sendCommand(page: Page, command: FakeWorkerCommand): Promise<void> {
  return page.evaluate((sent) => (window as unknown as FakeWorkerWindow).sendToFakeWorker(sent), command);
}
