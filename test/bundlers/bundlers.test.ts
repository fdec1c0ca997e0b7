/**
 * Makes each app from nothing with the tarball, builds it, and reads three verdicts off its page in Chromium. Slow, and
 * it installs what the registry has today: `npm run test:bundlers`, not `npm test`. The sizes of what was emitted go to
 * `test-results/bundlers.json`. One app alone: `npm run test:bundlers -- -t Parcel`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { packFreshClone, ROOT, run, type PackedPackage } from '../package/packed.ts';
import { serveFolders } from '../package/static-server.ts';
import { APPS, type App } from './apps.ts';
import { QUESTION, VERDICTS } from './question.ts';

const DEMO_MODEL = join(ROOT, 'test/fixtures/demo-model');
const ORT = 'node_modules/onnxruntime-web/dist';
const RUNTIME_BUILDS = ['', '.jspi', '.asyncify'].map((build) => `ort-wasm-simd-threaded${build}.wasm`);
const sizes: Record<string, Record<string, number>> = {};
let packed: PackedPackage;
let browser: Browser;

beforeAll(async () => {
  packed = packFreshClone();
  const executablePath = findChromium();
  browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    chromiumSandbox: process.getuid?.() !== 0,
  });
});
afterAll(async () => {
  await browser.close();
  packed.remove();
});

describe('an app made from nothing', () => {
  it.each(APPS)('$name builds, and ranks as the demo page does', async (app) => {
    const folder = await make(app);
    try {
      await using served = await serve(app, folder);
      expect(await judgeOn(app, served.url)).toEqual(VERDICTS);
      const emitted = app.emitted === undefined && 'folder' in app.serve ? app.serve.folder : app.emitted;
      if (!emitted) return;
      const { wasmBytes, bytes } = emittedIn(join(folder, emitted));
      note(app.name, bytes);
      // One for each build that the worker may choose, and none twice. Bundlers rename them.
      expect(wasmBytes).toEqual(RUNTIME_BUILDS.map((name) => statSync(join(folder, ORT, name)).size));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** After each app, so that a run that is broken off leaves what it found. */
function note(app: string, bytes: Record<string, number>): void {
  sizes[app] = bytes;
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  writeFileSync(join(ROOT, 'test-results/bundlers.json'), `${JSON.stringify(sizes, null, 2)}\n`);
}

/** The app's folder, installed and built. */
async function make({ name, packages, files, build }: App): Promise<string> {
  const folder = join(packed.folder, name.replaceAll(/\W+/g, '-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const own = files['package.json'] ? (JSON.parse(files['package.json']) as object) : {};
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', ...own }));
  // Frameworks serve and build what is in `public`; a model lies there, as in an app of one's own.
  cpSync(DEMO_MODEL, join(folder, 'public/models/demo'), { recursive: true });
  writeFileSync(join(folder, 'public/question.json'), JSON.stringify(QUESTION));
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.tarball, ...packages], folder);
  for (const command of build) run('npx', command.split(' '), folder);
  return folder;
}

interface Served extends AsyncDisposable {
  readonly url: string;
}

async function serve(app: App, folder: string): Promise<Served> {
  if ('folder' in app.serve) {
    const folders = { '/': join(folder, app.serve.folder), '/models/demo/': DEMO_MODEL };
    const server = await serveFolders(folders, { 'access-control-allow-origin': '*' });
    return { url: server.url, [Symbol.asyncDispose]: async () => server.close() };
  }
  const port = await freePort();
  const [command = '', ...args] = app.serve.command.replace('$PORT', String(port)).split(' ');
  const child = spawn('npx', [command, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const url = `http://127.0.0.1:${port}/`;
  await untilServed(url, child);
  return { url, [Symbol.asyncDispose]: async () => void process.kill(-child.pid!) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Asks again whenever the server prints something: all of them print a line once they listen.
 *
 * @throws when the server ended before it answered
 */
async function untilServed(url: string, server: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const ask = (): void =>
      void fetch(url).then(
        ({ ok }) => ok && resolve(),
        () => undefined,
      );
    server.stdout!.on('data', ask);
    server.stderr!.on('data', ask);
    server.once('exit', (code) => reject(new Error(`the server of the app ended with ${code}`)));
  });
}

/** Labels and scores in the order of the documents. */
async function judgeOn({ page: path = 'index.html', asks = false }: App, site: string): Promise<unknown> {
  await using page = await browser.newPage();
  await page.goto(site + path);
  return await page.evaluate(
    async ({ query, documents, asks }) => {
      await customElements.whenDefined('rank1-rerank');
      const element = document.querySelector('rank1-rerank') as unknown as HTMLElement & {
        query: string;
        documents: readonly unknown[];
        rerank(): Promise<unknown>;
        results: { index: number; verdict: { label: string; score: number } | null }[];
      };
      const failed = new Promise<string>((resolve) =>
        element.addEventListener('rank1-error', (event) =>
          resolve((event as CustomEvent<{ error: Error }>).detail.error.message),
        ),
      );
      if (!asks) Object.assign(element, { query, documents });
      while (element.documents.length === 0) await new Promise(requestAnimationFrame);
      const outcome = element
        .rerank()
        .then(() =>
          element.results
            .toSorted((a, b) => a.index - b.index)
            .map(({ verdict }) => verdict && [verdict.label, Number(verdict.score.toFixed(4))]),
        );
      return Promise.race([failed, outcome]);
    },
    { ...QUESTION, asks },
  );
}

/** What the app makes of the package: sizes of WebAssembly files, smallest first, and bytes by kind of file. */
function emittedIn(folder: string): { wasmBytes: number[]; bytes: Record<string, number> } {
  const wasmBytes: number[] = [];
  const bytes: Record<string, number> = {};
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/(^|\/)(models|public)\//.test(path)) continue;
    const kind = /\.wasm$/.test(path) ? 'runtime' : /\.m?js$/.test(path) ? 'scripts' : null;
    if (kind) bytes[kind] = (bytes[kind] ?? 0) + statSync(join(folder, path)).size;
    if (kind === 'runtime') wasmBytes.push(statSync(join(folder, path)).size);
  }
  return { wasmBytes: wasmBytes.sort((a, b) => a - b), bytes };
}
