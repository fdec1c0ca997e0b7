/** The tarball: its contents, what linters say, its size; then installed, in two fresh pages. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright';
import { publint } from 'publint';
import { rolldown } from 'rolldown';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { packFreshClone, ROOT, run, type PackedPackage } from './packed.ts';
import { serveFolders, type StaticServer } from './static-server.ts';

const MAX_CORE_GZIP_BYTES = 15_000;
/** Fetched when a remote engine is first used. */
const MAX_REMOTE_GZIP_BYTES = 10_000;
/** Words of what a remote engine fetches for the options that need it. */
const RARE = { presets: 'A passage is relevant when', 'a refusal': 'tokens from the input' };
/** The model is a package of its own. */
const MAX_TARBALL_BYTES = 3_000_000;

let packed: PackedPackage;
/** A fresh project with the tarball installed. */
let app: string;

beforeAll(() => {
  packed = packFreshClone();
  app = join(packed.folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', ['install', '--prefer-offline', '--no-audit', '--ignore-scripts', packed.tarball], app);
});
afterAll(() => packed.remove());

/** Minified code, by when it is fetched. */
interface Bundle {
  /** the entry and its static imports */
  readonly code: string;
  /** what `code` imports on first use, and its static imports */
  readonly lazyCode: string;
  /** what the lazy code imports for options that few use */
  readonly rareCode: string;
}

/** `source`, bundled in the project. */
async function bundle(source: string): Promise<Bundle> {
  const input = join(app, 'size-entry.js');
  writeFileSync(input, source);
  const bundler = await rolldown({ input, platform: 'browser' });
  const { output } = await bundler.generate({ format: 'es', minify: true });
  await bundler.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  type Chunks = typeof chunks;
  const textOf = (some: Chunks) => some.map(({ code }) => code).join('');
  const without = (some: Chunks, others: Chunks) => some.filter((chunk) => !others.includes(chunk));
  const withImports = (some: Chunks) => {
    const all = new Set(some);
    for (const { imports } of all)
      for (const chunk of chunks) if (imports.includes(chunk.fileName)) all.add(chunk);
    return [...all];
  };
  const atOnce = withImports(chunks.filter(({ isEntry }) => isEntry));
  const firstUse = atOnce.flatMap(({ dynamicImports }) => dynamicImports);
  const lazy = without(withImports(chunks.filter(({ fileName }) => firstUse.includes(fileName))), atOnce);
  const rare = without(without(chunks, atOnce), lazy);
  return { code: textOf(atOnce), lazyCode: textOf(lazy), rareCode: textOf(rare) };
}

/** Paths that the package's Markdown files link to, from the root. A link to a folder is for everything in it. */
function linksOf(files: readonly string[]): string[] {
  const pages = files.filter((file) => file.endsWith('.md'));
  return pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, link]) =>
      posix.join(posix.dirname(page), link!).replace(/\/$/, ''),
    ),
  );
}

describe('the tarball', () => {
  it('holds the library, its command line and documents, and nothing of the workshop but what these link to', () => {
    const linked = linksOf(packed.files);
    const unexpected = packed.files.filter(
      (file) =>
        !/^(dist-package|dist-cli|bin|docs|examples)\/|^(package\.json|custom-elements\.json|LICENSE|\w+(\.[\w-]+)?\.md)$/.test(
          file,
        ) && !linked.some((path) => file === path || file.startsWith(`${path}/`)),
    );
    expect(unexpected).toEqual([]);
    expect(packed.files).toContain('dist-package/rank1-rerank/worker.js');
    expect(packed.files).toContain('dist-cli/cli.mjs');
    expect(packed.files).toContain('dist-cli/node.worker.mjs');
    expect(packed.size).toBeLessThan(MAX_TARBALL_BYTES);
  });

  it('holds whatever its documents link to', () => {
    const missing = linksOf(packed.files).filter(
      (path) => !packed.files.some((file) => file === path || file.startsWith(`${path}/`)),
    );
    expect(missing).toEqual([]);
  });

  it('has nothing that publint would change', async () => {
    const bytes = new Uint8Array(readFileSync(packed.tarball));
    const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it('has types that resolve to what is imported, as are-the-types-wrong sees it', () => {
    const command = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    // It exits with an error when there is a problem.
    const report = run(
      process.execPath,
      [command, packed.tarball, '--profile', 'esm-only', '--no-emoji'],
      app,
    );
    expect(report).toContain('rank1-rerank/adapters/langchain');
  });

  it('runs its command line', () => {
    const bin = 'node_modules/rank1-rerank/bin/rank1-rerank.mjs';
    expect(run(process.execPath, [bin, 'convert', '--help'], app)).toContain('--dtype');
  });

  it('converts a checkpoint with the command that npx finds', () => {
    const command = join(app, 'node_modules/.bin/rank1-rerank');
    const checkpoint = join(ROOT, 'test/fixtures/convert/small/llama');
    expect(
      run(command, ['convert', checkpoint, '--out', 'model', '--quiet', '--without-tokenizer'], app),
    ).toContain('LlamaForCausalLM');
    const manifest = JSON.parse(readFileSync(join(app, 'model/rank1.json'), 'utf8')) as { models: object };
    expect(Object.keys(manifest.models)).toEqual(['q4']);
  });

  it('names the package of the model where it is missing, and takes it once it is installed', () => {
    const bin = 'node_modules/rank1-rerank/bin/rank1-rerank.mjs';
    const listModels = () => run(process.execPath, [bin, 'models'], app, { RANK1_MODEL: '' });
    writeFileSync(join(app, 'bread.txt'), 'Bread is baked.\n');
    const judge = () =>
      run(process.execPath, [bin, 'rerank', '--query', 'bread', 'bread.txt'], app, { RANK1_MODEL: '' });
    expect(listModels()).toBe('');
    expect(judge).toThrow(/npm install rank1-rerank-model/);
    const installed = join(app, 'node_modules/rank1-rerank-model');
    cpSync(join(ROOT, 'test/fixtures/demo-model'), installed, { recursive: true });
    cpSync(join(ROOT, 'model/package.json'), join(installed, 'package.json'));
    try {
      expect(listModels()).toMatch(/^rank1-rerank-model {2}q4/);
    } finally {
      rmSync(installed, { recursive: true });
    }
  });

  it('judges on the command line with nothing but what is in it, and says what would be faster', () => {
    const bin = 'node_modules/rank1-rerank/bin/rank1-rerank.mjs';
    writeFileSync(join(app, 'cities.txt'), 'Bread is baked.\nThe coldest city is Yakutsk.\n');
    const args = [
      'rerank',
      '--query',
      'coldest city',
      '--mode',
      'instant',
      '--output',
      'jsonl',
      'cities.txt',
    ];
    const judge = (device: string) => run(process.execPath, [bin, ...args, '--device', device], app);
    expect(judge('auto').trimEnd().split('\n')).toHaveLength(2);
    expect(() => judge('cpu')).toThrow(/npm install onnxruntime-node/);
    expect(() => judge('webgpu')).toThrow(/npm install webgpu/);
  });

  it('evaluates with what is in it, and goes on where it was interrupted to the same bytes', () => {
    const bin = 'node_modules/rank1-rerank/bin/rank1-rerank.mjs';
    const lines = ['Who wrote Hamlet?', 'Which city is the coldest?'].map((query, q) => {
      const texts = ['Bread is baked.', 'Hamlet is by Shakespeare.', 'The coldest city is Yakutsk.'];
      const candidates = texts.map((text, d) => ({
        docid: `d${d}`,
        rank: d + 1,
        text,
        grade: d === q + 1 ? 1 : 0,
      }));
      return `${JSON.stringify({ qid: `q${q}`, query, candidates })}\n`;
    });
    writeFileSync(join(app, 'two.eval.jsonl'), lines.join(''));
    const evaluate = (out: string) =>
      run(
        process.execPath,
        [bin, 'eval', '--data', 'two.eval.jsonl', '--out', out, '--mode', 'instant'],
        app,
      );
    const read = (out: string, file: string) => readFileSync(join(app, out, file), 'utf8');
    expect(JSON.parse(evaluate('whole'))).toMatchObject({ num_queries: 2, num_documents: 6 });
    const results = read('whole', 'results.jsonl');
    // As a run leaves it that was ended while it wrote its second line.
    mkdirSync(join(app, 'cut'));
    writeFileSync(join(app, 'cut/settings.json'), read('whole', 'settings.json'));
    writeFileSync(join(app, 'cut/results.jsonl'), results.slice(0, results.indexOf('\n') + 100));
    evaluate('cut');
    for (const file of ['results.jsonl', 'run.trec', 'measures.json'])
      expect(read('cut', file)).toBe(read('whole', file));
  });

  it('serves with what is in it, until SIGTERM', async () => {
    const bin = 'node_modules/rank1-rerank/bin/rank1-rerank.mjs';
    const args = [bin, 'serve', '--port', '0', '--mode', 'instant', '--device', 'wasm'];
    const child = spawn(process.execPath, args, { cwd: app, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((resolve) => child.on('close', resolve));
    try {
      let printed = '';
      const address = await new Promise<string>((resolve, reject) => {
        child.on('close', () => reject(new Error(printed)));
        child.stderr.on('data', (chunk: Buffer) => {
          printed += chunk.toString();
          const found = /listening on (\S+)\n/.exec(printed)?.[1];
          if (found) resolve(found);
        });
      });
      const response = await fetch(`${address}/v2/rerank`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: 'coldest city',
          documents: ['Bread.', 'The coldest city is Yakutsk.'],
        }),
      });
      const { results } = (await response.json()) as {
        results: { index: number; relevance_score: number }[];
      };
      expect(results.map(({ index }) => index).sort()).toEqual([0, 1]);
      expect(results[0]!.relevance_score).toBeGreaterThan(results[1]!.relevance_score);
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('a bundle', () => {
  it(`of the whole core client is under ${MAX_CORE_GZIP_BYTES} bytes, gzipped, all that it imports included`, async () => {
    const { code } = await bundle("export * from 'rank1-rerank';");
    expect(code).toContain('rank1-rerank/worker.js');
    expect(gzipSync(code).length).toBeLessThan(MAX_CORE_GZIP_BYTES);
  });

  it(`leaves the remote engine for later, in under ${MAX_REMOTE_GZIP_BYTES} bytes`, async () => {
    const { code, lazyCode, rareCode } = await bundle("export * from 'rank1-rerank';");
    expect(code).not.toContain('include_stop_str_in_output');
    expect(lazyCode).toContain('include_stop_str_in_output');
    for (const [rare, words] of Object.entries(RARE)) expect(rareCode, rare).toContain(words);
    expect(gzipSync(lazyCode).length).toBeLessThan(MAX_REMOTE_GZIP_BYTES);
  });

  it('leaves out what is not used', async () => {
    const unused = await bundle("import 'rank1-rerank'; import 'rank1-rerank/evaluation';");
    expect(unused.code + unused.lazyCode + unused.rareCode).not.toMatch(/\w{3}/);
    const small = await bundle("export { isRank1Error } from 'rank1-rerank';");
    expect(small.code.length + small.lazyCode.length).toBeLessThan(500);
    expect(small.rareCode).toBe('');
    expect((await bundle("import 'rank1-rerank/element';")).code).toContain('customElements');
  });
});

describe('importing in Node', () => {
  it.each([
    'rank1-rerank',
    'rank1-rerank/adapters/responses',
    'rank1-rerank/convert',
    'rank1-rerank/evaluation',
    'rank1-rerank/export',
  ])('%s does nothing but offer its names', (name) => {
    const script = `const before = Object.keys(globalThis).length; const m = await import('${name}');
        if (Object.keys(globalThis).length !== before) throw new Error('a global was added');
        console.log(Object.keys(m).length);`;
    expect(Number(run(process.execPath, ['--input-type=module', '-e', script], app))).toBeGreaterThan(0);
  });
});

describe('rendering on a server', () => {
  // Lit counts its versions in globals of its own.
  it.each(['rank1-rerank/element', 'rank1-rerank/standalone'])(
    '%s is imported, and defines no element',
    (name) => {
      const script = `const { Rank1RerankElement } = await import('${name}');
        console.log(globalThis.customElements?.get('rank1-rerank') === undefined, typeof Rank1RerankElement);`;
      expect(run(process.execPath, ['--input-type=module', '-e', script], app).trim()).toBe('true function');
    },
  );
});

describe('installed, in Chromium', () => {
  let browser: Browser;
  let server: StaticServer;

  beforeAll(async () => {
    writeFileSync(join(app, 'index.html'), '<!doctype html><script type="module" src="./main.js"></script>');
    writeFileSync(
      join(app, 'main.js'),
      `import { createReranker } from 'rank1-rerank';
       const reranker = createReranker({ model: '/models/demo/', device: 'wasm' });
       globalThis.outcome = reranker.rerank({
         query: 'coldest city', maxNewTokens: 8,
         documents: ['Bread is baked.', { id: 'y', text: 'The coldest city is Yakutsk.' }],
       });`,
    );
    writeFileSync(
      join(app, 'plain.html'),
      `<!doctype html><script type="module" src="/node_modules/rank1-rerank/dist-package/rank1-rerank.js"></script>
       <rank1-rerank query="coldest city" device="wasm" max-new-tokens="8" model="/models/demo/"
         assets-url="/node_modules/onnxruntime-web/dist/"></rank1-rerank>`,
    );
    await build({ root: app, configFile: false, logLevel: 'error', build: { minify: false } });
    server = await serveFolders({
      '/': app,
      '/built/': join(app, 'dist'),
      '/assets/': join(app, 'dist/assets'),
      '/models/demo/': join(ROOT, 'test/fixtures/demo-model'),
    });
    const executablePath = findChromium();
    browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      chromiumSandbox: process.getuid?.() !== 0,
    });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function open(path: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(server.url + path);
    return page;
  }

  it('a fresh Vite app reranks: worker and runtime are found without a setting', async () => {
    const page = await open('built/index.html');
    await page.waitForFunction(() => 'outcome' in globalThis);
    const response = await page.evaluate(
      () => (globalThis as unknown as { outcome: Promise<unknown> }).outcome,
    );
    expect(response).toMatchObject({ model: { device: 'wasm' }, unjudged: [] });
    const { results } = response as { results: { id?: string; score: number }[] };
    expect(results).toHaveLength(2);
    expect(results.map(({ id }) => id)).toContain('y');
    for (const { score } of results) expect(score > 0 && score < 1).toBe(true);
    await page.close();
  });

  it('one plain script tag gives the element, which reranks', async () => {
    const page = await open('plain.html');
    const labels = await page.evaluate(async () => {
      await customElements.whenDefined('rank1-rerank');
      const element = document.querySelector('rank1-rerank') as unknown as {
        documents: string[];
        rerank(): Promise<unknown>;
        results: { verdict: { label: string } | null }[];
      };
      element.documents = ['Bread is baked.', 'The coldest city is Yakutsk.'];
      await element.rerank();
      return element.results.map(({ verdict }) => verdict?.label);
    });
    expect(labels).toHaveLength(2);
    for (const label of labels) expect(['true', 'false']).toContain(label);
    await page.close();
  });
});
