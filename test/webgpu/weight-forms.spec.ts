/**
 * What the converter can write beside plain q4, on WebGPU in real Chromium, through our engine: tokens equal to those on
 * WASM, logits within 1e-4 of WASM's and, where the oracle has them, of transformers'. Small models, few tokens: the
 * software adapter takes about 18 ms a dispatch. `npm test` has two forms with every kernel, the full run all of them.
 */
import { expect, test, type Page } from '@playwright/test';
import { convertModel } from '../../src/convert/convert-model.ts';
import type { ConvertOptions } from '../../src/convert/convert-options.ts';
import { GgufCheckpoint } from '../../src/convert/gguf/gguf-checkpoint.ts';
import type { Device } from '../../src/protocol/rerank-api.ts';
import type { GeneratedRow } from '../harness/generate-rows.ts';
import { serveModel } from '../browser/served-model.ts';
import type { Harness } from '../harness/harness.ts';
import { IS_FULL } from '../tier.ts';
import { DiskCheckpoint } from '../../src/convert/node/disk-checkpoint.ts';
import {
  fixturePath,
  readExpected,
  relativeDifference,
  usingFixture,
} from '../unit/convert/support/fixtures.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';

const NUM_NEW_TOKENS = IS_FULL ? 4 : 2;
/** Two layers whose widths are multiples of 128. */
const WIDE = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 128,
  intermediate_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 256,
  max_position_embeddings: 64,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
};

interface WeightForm {
  readonly name: string;
  readonly options: Partial<ConvertOptions>;
  /** a folder of test/fixtures/convert/small, or a file of its gguf; left out: WIDE */
  readonly fixture?: string;
  /** the logits of transformers in that fixture; left out: it has none for this form */
  readonly expected?: string;
  /** Runs no kernel that other forms do not. */
  readonly fullOnly?: true;
}

const FORMS: readonly WeightForm[] = [
  // The next two have every kernel: 4 bits with zero points and the operators of that layout; 8 bits, heads wider than
  // hidden size / heads, norms of queries and keys. Plain q4 has the runner contract.
  {
    name: 'q4 with zero points in the layout of transformers.js',
    options: { dtype: 'q4', layout: 'transformersjs', method: 'asymmetric' },
    fixture: 'llama',
    expected: 'q4-asymmetric',
  },
  { name: 'Qwen3 in q8', options: { dtype: 'q8' }, fixture: 'qwen3-untied', expected: 'q8' },
  {
    name: 'q4 with zero points',
    options: { dtype: 'q4', method: 'asymmetric' },
    fixture: 'qwen2-tied',
    expected: 'q4-asymmetric',
    fullOnly: true,
  },
  { name: 'q8', options: { dtype: 'q8' }, fixture: 'qwen2-tied', expected: 'q8', fullOnly: true },
  { name: 'q4 in blocks of 128', options: { dtype: 'q4', blockSize: 128 }, fullOnly: true },
  {
    name: 'AWQ in blocks of 32',
    options: { dtype: 'q4' },
    fixture: 'awq',
    expected: 'q4-tables',
    fullOnly: true,
  },
  {
    name: 'AWQ in blocks of 128',
    options: { dtype: 'q4', blockSize: 128 },
    fixture: 'awq',
    fullOnly: true,
  },
  {
    name: 'q4 in the layout of transformers.js',
    options: { dtype: 'q4', layout: 'transformersjs' },
    fixture: 'qwen2-tied',
    expected: 'q4',
    fullOnly: true,
  },
  { name: 'Qwen3 in q4', options: { dtype: 'q4' }, fixture: 'qwen3-tied', expected: 'q4', fullOnly: true },
  // Blocks as the file has them, of 4 and of 8 bits in one graph.
  {
    name: 'GGUF in Q4_0',
    options: { dtype: 'q4' },
    fixture: 'llama-q4_0.gguf',
    expected: 'logits',
    fullOnly: true,
  },
  {
    name: 'GGUF in Q8_0, converted as q4',
    options: { dtype: 'q4' },
    fixture: 'qwen2-q8_0.gguf',
    expected: 'logits',
    fullOnly: true,
  },
  { name: 'GGUF of mixed types', options: { dtype: 'q8' }, fixture: 'llama-mixed.gguf', fullOnly: true },
];

async function convert({ fixture, options }: WeightForm): Promise<MemoryOutput> {
  const output = new MemoryOutput();
  const wished = convertOptions(options);
  if (fixture?.endsWith('.gguf')) {
    const folder = await DiskCheckpoint.open(fixturePath('gguf'));
    await convertModel(await GgufCheckpoint.open(folder, fixture), output, wished);
    await folder.close();
  } else if (fixture) await usingFixture(`small/${fixture}`, (input) => convertModel(input, output, wished));
  else await convertModel(new SyntheticCheckpoint(WIDE, 'exact'), output, wished);
  return output;
}

const oracleOf = (fixture: string): string =>
  fixture.endsWith('.gguf')
    ? `gguf/${fixture.replace('.gguf', '.safetensors')}`
    : `small/${fixture}/expected.safetensors`;

const folderOf = (form: WeightForm): string => `models/converted-${FORMS.indexOf(form)}/`;

// One page for all forms, so that the runtime is compiled once.
let page: Page;
test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  await page.goto('test/harness/index.html');
});
test.afterAll(() => page.close());

function generate(form: WeightForm, device: Device, prompts: readonly number[][]): Promise<GeneratedRow[]> {
  return page.evaluate(
    (request) => (globalThis as unknown as { harness: Harness }).harness.generate(request),
    { device, model: folderOf(form), batches: [prompts], numNewTokens: NUM_NEW_TOKENS },
  );
}

for (const form of FORMS.filter(({ fullOnly }) => IS_FULL || !fullOnly)) {
  test(`${form.name} gives on WebGPU the tokens it gives on WASM`, async () => {
    const oracle = form.fixture ? await readExpected(oracleOf(form.fixture)) : null;
    const ids = oracle?.ids ?? Array.from({ length: 40 }, (_, i) => (i * 37 + 11) % WIDE.vocab_size);
    await serveModel(page, folderOf(form), (await convert(form)).files);
    // Of different lengths, so that rows are padded; the first is all of the oracle's tokens.
    const prompts = [ids, ids.slice(0, 5), ids.slice(3, 20)];
    const onGpu = await generate(form, 'webgpu', prompts);
    const onCpu = await generate(form, 'wasm', prompts);
    expect(onGpu.map((row) => row.tokenIds)).toEqual(onCpu.map((row) => row.tokenIds));
    const logitsOf = (rows: readonly GeneratedRow[]) =>
      Float32Array.from(rows.flatMap((row) => row.logits.flat()));
    expect(relativeDifference(logitsOf(onGpu), logitsOf(onCpu))).toBeLessThan(1e-4);
    if (!oracle || form.expected === undefined) return;
    const expected = oracle.logits.get(form.expected)!;
    const vocabSize = expected.length / ids.length;
    // The first new token comes from the prompt's last logits.
    const first = (row: number) => Float32Array.from(onGpu[row]!.logits[0]!);
    const at = (position: number) => expected.subarray(position * vocabSize, (position + 1) * vocabSize);
    expect(relativeDifference(first(0), at(ids.length - 1))).toBeLessThan(1e-4);
    expect(relativeDifference(first(1), at(4))).toBeLessThan(1e-4);
  });
}
