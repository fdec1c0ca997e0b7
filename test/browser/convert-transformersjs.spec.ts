/**
 * The demo model in the transformers.js layout, run by transformers.js itself, gives our engine's tokens.
 *
 * The graph is built here from the demo's config.json; its weights are the demo's own, because both layouts place
 * them at the same bytes of the same file.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { convertModel } from '../../src/convert/convert-model.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import { encodePrompt } from '../../src/rank1/prompt.ts';
import type { Harness } from '../harness/harness.ts';
import { FULL, IS_FULL } from '../tier.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const DEMO = path.join(ROOT, 'test/fixtures/demo-model');
/** The software adapter needs seconds a token. */
const MAX_NEW_TOKENS = IS_FULL ? 10 : 3;

const TRANSFORMERS = createRequire(import.meta.url).resolve('@huggingface/transformers');
const PAGE = `<!doctype html><script type="importmap">{"imports": {
  "onnxruntime-web/webgpu": "./ort/ort.webgpu.min.mjs",
  "onnxruntime-common": "./ort/ort.webgpu.min.mjs",
  "@huggingface/transformers": "./transformers.web.js"
}}</script>`;

const QUERIES = [
  [
    'where do penguins live',
    'Penguins live almost only in the southern hemisphere, on coasts and islands with cold water.',
  ],
  ['where do penguins live', 'The steam engine changed how goods were carried in the nineteenth century.'],
] as const;

function demoJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(DEMO, file), 'utf8')) as Record<string, unknown>;
}

/** The files transformers.js asks for, by path in its model folder. */
async function transformersJsModel(): Promise<(file: string) => Buffer | null> {
  const output = new MemoryOutput();
  const checkpoint = new SyntheticCheckpoint(demoJson('config.json'), 'fast');
  await convertModel(checkpoint, output, convertOptions({ dtype: 'q4', layout: 'transformersjs' }));
  return (file) => {
    if (file === 'onnx/model_q4.onnx_data') return readFileSync(path.join(DEMO, file));
    const converted = output.files.get(file);
    if (converted) return Buffer.from(converted);
    return file.startsWith('tokenizer') || file === 'generation_config.json'
      ? readFileSync(path.join(DEMO, file))
      : null;
  };
}

/** Serves a page with transformers.js, the runtime it depends on, and the model, under /transformers-test/. */
async function serveTransformersJs(page: Page): Promise<void> {
  const modelFile = await transformersJsModel();
  const ortFolder = path.dirname(
    createRequire(TRANSFORMERS).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
  );
  await page.route('**/transformers-test/**', async (route) => {
    const file = new URL(route.request().url()).pathname.split('/transformers-test/')[1] ?? '';
    const headers = { 'Cross-Origin-Resource-Policy': 'same-origin' };
    if (file === '') return route.fulfill({ contentType: 'text/html', body: PAGE, headers });
    if (file === 'transformers.web.js') {
      return route.fulfill({
        path: path.join(path.dirname(TRANSFORMERS), file),
        contentType: 'text/javascript',
        headers,
      });
    }
    if (file.startsWith('ort/')) {
      const contentType = file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
      return route.fulfill({ path: path.join(ortFolder, path.basename(file)), contentType, headers });
    }
    const body = file.startsWith('models/demo/') ? modelFile(file.slice('models/demo/'.length)) : null;
    return body
      ? route.fulfill({ body, contentType: 'application/octet-stream', headers })
      : route.fulfill({ status: 404, headers });
  });
}

/** Greedy continuations by `model.generate()`, prompts left out. */
async function generateWithTransformersJs(page: Page, prompts: number[][]): Promise<number[][]> {
  await page.goto('transformers-test/');
  return page.evaluate(
    async ({ prompts, maxNewTokens }) => {
      const specifier = '@huggingface/transformers';
      const { AutoModelForCausalLM, Tensor, env } = (await import(
        specifier
      )) as typeof import('@huggingface/transformers');
      env.allowLocalModels = true;
      env.allowRemoteModels = false;
      env.useBrowserCache = false;
      env.localModelPath = new URL('models/', location.href).href;
      env.backends.onnx.wasm!.wasmPaths = new URL('ort/', location.href).href;
      const model = await AutoModelForCausalLM.from_pretrained('demo', { dtype: 'q4', device: 'webgpu' });
      const results: number[][] = [];
      for (const prompt of prompts) {
        const dims = [1, prompt.length];
        const output = (await model.generate({
          input_ids: new Tensor('int64', BigInt64Array.from(prompt, BigInt), dims),
          attention_mask: new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), dims),
          max_new_tokens: maxNewTokens,
          do_sample: false,
        } as Parameters<typeof model.generate>[0])) as InstanceType<typeof Tensor>;
        results.push(Array.from(output.data as BigInt64Array, Number).slice(prompt.length));
      }
      return results;
    },
    { prompts, maxNewTokens: MAX_NEW_TOKENS },
  );
}

/** With subgroups, prefill of 32 tokens or more is wrong on the software adapter; transformers.js makes its own device. */
function withoutSubgroups(): void {
  const prototype = (globalThis as unknown as { GPUAdapter: { prototype: GPUAdapter } }).GPUAdapter.prototype;
  const requestDevice = prototype.requestDevice;
  prototype.requestDevice = function (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) {
    const requiredFeatures = [...(descriptor?.requiredFeatures ?? [])].filter((name) => name !== 'subgroups');
    return requestDevice.call(this, { ...descriptor, requiredFeatures });
  };
}

test('transformers.js generates the tokens of our engine from the demo model', FULL, async ({ page }) => {
  const tokenizer = createTokenizer(demoJson('tokenizer.json'), demoJson('tokenizer_config.json'));
  const prompts = (IS_FULL ? QUERIES : QUERIES.slice(0, 1)).map(([query, document]) => [
    ...encodePrompt(tokenizer, query, document),
  ]);

  await page.goto('test/harness/');
  const engineTokens = await page.evaluate(
    async ({ prompts, maxNewTokens }) => {
      const { harness } = globalThis as unknown as { harness: Harness };
      const rows = prompts.map((promptTokenIds) => ({ promptTokenIds, maxNewTokens }));
      const { chains } = await harness.decode({ device: 'wasm', rows, maxSlots: 1 });
      return chains.map((chain) => chain.tokenIds);
    },
    { prompts, maxNewTokens: MAX_NEW_TOKENS },
  );

  await page.addInitScript(withoutSubgroups);
  await serveTransformersJs(page);
  const generated = await generateWithTransformersJs(page, prompts);
  engineTokens.forEach((tokens, i) => {
    // Our engine stops at the verdict; generate() goes on to the end of text or the limit.
    expect(tokens.length).toBeGreaterThan(MAX_NEW_TOKENS - 2);
    expect(generated[i]!.slice(0, tokens.length)).toEqual(tokens);
  });
});
