/**
 * Peak memory of loading a stored model on WebGPU in the JSPI build: the built page, a model with rank1-0.5b's shapes and
 * random weights in the browser's own storage, and a browser that was started anew with it. Counted is what the page's and
 * the GPU process hold (proportional set size) above what they held before the load; the software adapter keeps its
 * buffers in the GPU process, so that nothing is hidden in a card. Linux only.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { describeMachine } from './machine.ts';
import { proportionalMemory, type PeakMemory } from './processes.ts';
import { prepareShapes } from './shapes-model.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORK = path.join(ROOT, 'dist-bench/memory/shapes-0.5b');
const MODEL = 'shapes-0.5b';
const SAMPLE_MS = 50;
/** Of the bytes of the weights. */
const MOST = 1.3;

export async function main([reportFile]: readonly string[]): Promise<number> {
  await prepareShapes(WORK, 'q4');
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
    const weightMiB =
      weights.reduce((sum, file) => sum + statSync(path.join(served, file)).size, 0) / 2 ** 20;
    const figures = await withBrowser(profile, address, measureLoad);
    const ratio = (figures.peakOfBothMiB - bothMiB(figures.before)) / weightMiB;
    const report = {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(ROOT),
      weightMiB: Math.round(weightMiB),
      ...figures,
      ratio: Number(ratio.toFixed(3)),
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

interface Figures {
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

async function measureLoad(page: Page, browser: Browser): Promise<Figures> {
  const build = (await page.evaluate(() => 'Suspending' in WebAssembly)) ? 'jspi' : 'asyncify';
  const before = await proportionalMemory(browser);
  const samples = [before];
  let isLoading = true;
  const loading = page.evaluate(loadModel, MODEL).finally(() => (isLoading = false));
  while (isLoading) {
    samples.push(await proportionalMemory(browser));
    await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))]);
  }
  await loading;
  const after = await proportionalMemory(browser);
  samples.push(after);
  const peak = {
    rendererMiB: Math.max(...samples.map(({ rendererMiB }) => rendererMiB)),
    gpuProcessMiB: Math.max(...samples.map(({ gpuProcessMiB }) => gpuProcessMiB)),
  };
  return { build, before, peak, after, peakOfBothMiB: Math.max(...samples.map(bothMiB)) };
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

/** Runs in the page: resolves as soon as the model is ready, and leaves the run to its fate. */
function loadModel(name: string): Promise<void> {
  const element = document.createElement('rank1-rerank') as HTMLElement & { rerank(): Promise<void> };
  const wanted = { model: `opfs:${name}`, device: 'webgpu', dtype: 'q4', query: 'q', documents: ['d'] };
  Object.assign(element, wanted);
  const listen = <Detail>(type: string, listener: (detail: Detail) => void): void =>
    element.addEventListener(type, (event) => listener((event as CustomEvent<Detail>).detail));
  return new Promise((resolve, reject) => {
    listen<{ type: string }>('rank1-state', ({ type }) => type === 'running' && resolve());
    listen<{ error: Error }>('rank1-error', ({ error }) => reject(error));
    void element.rerank();
  });
}

/** A browser with a profile on disk, as people have it: one without keeps the page's storage in memory. */
async function withBrowser<T>(
  profile: string,
  address: string,
  use: (page: Page, browser: Browser) => Promise<T>,
): Promise<T> {
  const portFile = path.join(profile, 'DevToolsActivePort');
  rmSync(portFile, { force: true });
  const started = start(profile);
  try {
    while (!existsSync(portFile)) await new Promise((resolve) => setTimeout(resolve, 50));
    const [port = ''] = readFileSync(portFile, 'utf8').split('\n');
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const page = await browser.contexts()[0]!.newPage();
    page.setDefaultTimeout(0);
    await page.goto(address);
    await page.evaluate(() => customElements.whenDefined('rank1-rerank').then(() => undefined));
    const result = await use(page, browser);
    await browser.close();
    return result;
  } finally {
    const ended = new Promise((resolve) => started.once('exit', resolve));
    started.kill();
    if (started.exitCode === null) await ended;
  }
}

function start(profile: string): ChildProcess {
  const executable = findChromium();
  if (!executable)
    throw new Error('Chromium or Chrome was not found. Install it, or set CHROMIUM to its path.');
  const args = [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--enable-unsafe-swiftshader',
    '--disable-background-networking',
    // Chromium's sandbox refuses to start as root, which is what containers usually are.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    'about:blank',
  ];
  return spawn(executable, args, { stdio: 'ignore' });
}
