/**
 * Peak memory of loading a stored model on WebGPU in the JSPI build: the built page, a model with rank1-0.5b's shapes and
 * random weights in the browser's own storage, and a browser that was started anew with it. Two figures:
 * - what we and the runtime ask for: GPU buffers alive at once, staging included, and what scripts and WebAssembly hold
 *   in page and worker after a garbage collection (`performance.measureUserAgentSpecificMemory`);
 * - what the page's and the GPU process hold (proportional set size) above what they held before, with garbage, and with
 *   what the driver keeps for itself: the software adapter has its buffers and pools in the GPU process. Linux only.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { describeMachine } from './machine.ts';
import { proportionalMemory, type PeakMemory } from './processes.ts';
import { prepareShapes } from './shapes-model.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORK = path.join(ROOT, 'dist-bench/memory/shapes-0.5b');
const MODEL = 'shapes-0.5b';
const SAMPLE_MS = 50;
const MIB = 2 ** 20;
/** Of the bytes of the weights, for what is asked for. */
const MOST = 1.3;

async function main([reportFile]: readonly string[]): Promise<number> {
  await prepareShapes(WORK, MODEL, 'q4');
  await build({ root: ROOT, logLevel: 'error' });
  const served = path.join(ROOT, 'dist/models', MODEL);
  cpSync(path.join(WORK, 'rank1'), served, { recursive: true });
  const server = await preview({ root: ROOT, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
  const profile = mkdtempSync(path.join(tmpdir(), 'rank1-memory-'));
  try {
    const address = server.resolvedUrls?.local[0];
    if (!address) throw new Error('The page could not be served.');
    const files = readdirSync(served, { recursive: true, encoding: 'utf8' }).filter((file) =>
      statSync(path.join(served, file)).isFile(),
    );
    await withBrowser(profile, address, (page) => page.evaluate(storeModel, { name: MODEL, files }));
    const weights = files.filter((file) => file.includes('_data'));
    const weightMiB = weights.reduce((sum, file) => sum + statSync(path.join(served, file)).size, 0) / MIB;
    const figures = await withBrowser(profile, address, measureLoad);
    const { gpuBufferPeakMiB, scriptsMiB } = figures.allocated;
    const ratio = (gpuBufferPeakMiB + scriptsMiB.after - scriptsMiB.before) / weightMiB;
    const processRatio = (figures.peakOfBothMiB - bothMiB(figures.before)) / weightMiB;
    const report = {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(ROOT),
      weightMiB: Math.round(weightMiB),
      ...figures,
      ratio: Number(ratio.toFixed(3)),
      processRatio: Number(processRatio.toFixed(3)),
    };
    const text = `${JSON.stringify(report, null, 2)}\n`;
    if (reportFile) writeFileSync(reportFile, text);
    process.stdout.write(text);
    if (ratio <= MOST) return 0;
    process.stderr.write(`The load takes ${ratio.toFixed(2)} times the weights, more than ${MOST}.\n`);
    return 1;
  } finally {
    await server.close();
    rmSync(profile, { recursive: true, force: true });
    rmSync(served, { recursive: true, force: true });
  }
}

interface Allocated {
  /** the highest sum of the sizes of GPU buffers that were not destroyed */
  readonly gpuBufferPeakMiB: number;
  readonly scriptsMiB: { readonly before: number; readonly after: number };
}

interface Figures {
  readonly allocated: Allocated;
  readonly build: string;
  /** the page open and nothing loaded */
  readonly before: PeakMemory;
  /** the highest of each process */
  readonly peak: PeakMemory;
  /** when the model is ready */
  readonly after: PeakMemory;
  /** the highest that both held at once */
  readonly peakOfBothMiB: number;
}

const bothMiB = ({ rendererMiB, gpuProcessMiB }: PeakMemory): number => rendererMiB + gpuProcessMiB;

async function measureLoad(page: Page, context: BrowserContext): Promise<Figures> {
  const browser = context.browser();
  if (!browser) throw new Error('The browser tells nothing of its processes.');
  await page.route(/rerank\.worker[^/]*\.js$/, async (route) => {
    const body = COUNT_BUFFERS + (await (await route.fetch()).text());
    const headers = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
    await route.fulfill({ contentType: 'text/javascript', headers, body });
  });
  const build = (await page.evaluate(() => 'Suspending' in WebAssembly)) ? 'jspi' : 'asyncify';
  const scriptsBefore = await page.evaluate(measureScripts);
  const before = await proportionalMemory(browser);
  const samples = [before];
  let isLoading = true;
  const loading = page.evaluate(loadModel, MODEL).finally(() => (isLoading = false));
  while (isLoading) {
    samples.push(await proportionalMemory(browser));
    await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))]);
  }
  const gpuBufferPeakMiB = (await loading) / MIB;
  const after = await proportionalMemory(browser);
  samples.push(after);
  const scriptsAfter = await page.evaluate(measureScripts);
  const peak = {
    rendererMiB: Math.max(...samples.map(({ rendererMiB }) => rendererMiB)),
    gpuProcessMiB: Math.max(...samples.map(({ gpuProcessMiB }) => gpuProcessMiB)),
  };
  return {
    build,
    allocated: {
      gpuBufferPeakMiB: Math.round(gpuBufferPeakMiB),
      scriptsMiB: { before: Math.round(scriptsBefore / MIB), after: Math.round(scriptsAfter / MIB) },
    },
    before,
    peak,
    after,
    peakOfBothMiB: Math.max(...samples.map(bothMiB)),
  };
}

/** Runs in the worker before the product's code; tells the highest sum of GPU buffers when it is asked. */
const COUNT_BUFFERS = `{
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const live = new Map();
  let bytes = 0;
  let peak = 0;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    live.set(buffer, descriptor.size);
    bytes += descriptor.size;
    peak = Math.max(peak, bytes);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    bytes -= live.get(this) ?? 0;
    live.delete(this);
    destroy.call(this);
  };
  const channel = new BroadcastChannel('gpu-buffers');
  channel.onmessage = ({ data }) => data === 'tell' && channel.postMessage(peak);
}
`;

/** Runs in the page: bytes of scripts and WebAssembly in page and workers, after a garbage collection. */
async function measureScripts(): Promise<number> {
  const page = performance as unknown as {
    measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
  };
  return (await page.measureUserAgentSpecificMemory()).bytes;
}

/** Runs in the page: writes the served folder into the page's own storage. */
async function storeModel({ name, files }: { name: string; files: readonly string[] }): Promise<void> {
  const models = await (
    await navigator.storage.getDirectory()
  ).getDirectoryHandle('models', { create: true });
  for (const file of files) {
    const parts = file.split('/');
    let folder = await models.getDirectoryHandle(name, { create: true });
    for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part, { create: true });
    const handle = await folder.getFileHandle(parts.at(-1) ?? '', { create: true });
    const { body } = await fetch(`models/${name}/${file}`);
    await body?.pipeTo(await handle.createWritable());
  }
}

/** Runs in the page: resolves with the peak of GPU buffers when the model is ready, and leaves the run to its fate. */
function loadModel(name: string): Promise<number> {
  const element = document.createElement('rank1-rerank');
  const wanted = { model: `opfs:${name}`, device: 'webgpu', dtype: 'q4', query: 'q', documents: ['d'] };
  Object.assign(element, wanted);
  const listen = <Detail>(type: string, listener: (detail: Detail) => void): void =>
    element.addEventListener(type, (event) => listener((event as CustomEvent<Detail>).detail));
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel('gpu-buffers');
    channel.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
    listen<{ type: string }>('rank1-state', ({ type }) => type === 'running' && channel.postMessage('tell'));
    listen<{ error: Error }>('rank1-error', ({ error }) => reject(error));
    void element.rerank();
  });
}

/** A browser with a profile on disk, as people have it: one without keeps the page's storage in memory. */
async function withBrowser<T>(
  profile: string,
  address: string,
  use: (page: Page, context: BrowserContext) => Promise<T>,
): Promise<T> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('Chromium or Chrome was not found. Install it, or set CHROMIUM to its path.');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    // What a service worker fetches is seen by no route.
    serviceWorkers: 'block',
    args: [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
      // measureUserAgentSpecificMemory answers at once.
      '--enable-blink-features=ForceEagerMeasureMemory',
    ],
    // Chromium's sandbox refuses to start as root, which is what containers usually are.
    chromiumSandbox: process.getuid?.() !== 0,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    await page.goto(address);
    await page.evaluate(() => customElements.whenDefined('rank1-rerank').then(() => undefined));
    return await use(page, context);
  } finally {
    await context.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
