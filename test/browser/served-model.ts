/** Models that exist in memory only, served to a page and its workers. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { convertModel } from '../../src/convert/convert-model.ts';
import { MemoryCheckpoint, MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';

type ModelFiles = ReadonlyMap<string, Uint8Array>;

/** @param folder path on the server, with a slash at the end */
export async function serveModel(page: Page, folder: string, files: ModelFiles): Promise<void> {
  await page.route(`**/${folder}**`, async (route) => {
    const bytes = files.get(new URL(route.request().url()).pathname.split(folder)[1] ?? '');
    await route.fulfill(
      bytes
        ? { body: Buffer.from(bytes), contentType: 'application/octet-stream' }
        : { status: 404, body: '' },
    );
  });
}

/** Bytes, ` t` and ` f` are its tokens: the cost of a step on a software GPU grows with the vocabulary. */
const TOKENIZER = new URL('../fixtures/convert/small/qwen2-untied/', import.meta.url);
const SHALLOW = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 259,
  // No text of the tokenizer, and seldom the model's choice.
  eos_token_id: 258,
  max_position_embeddings: 2048,
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
};
let shallow: Promise<ModelFiles> | undefined;

/**
 * One narrow layer of computed weights that reads bytes and never answers by itself: for tests of what happens around a
 * model, as a software GPU takes milliseconds a dispatch.
 * @returns its path on the server
 */
export async function serveShallowModel(page: Page): Promise<string> {
  shallow ??= convertShallow();
  await serveModel(page, 'models/shallow/', await shallow);
  return '/models/shallow/';
}

async function convertShallow(): Promise<ModelFiles> {
  const names = ['tokenizer.json', 'tokenizer_config.json'];
  const read = (name: string) => readFileSync(new URL(name, TOKENIZER), 'utf8');
  const tokenizer = MemoryCheckpoint.of(Object.fromEntries(names.map((name) => [name, read(name)])));
  const weights = new SyntheticCheckpoint(SHALLOW, 'exact');
  const output = new MemoryOutput();
  const checkpoint = {
    open: async (name: string) => (await weights.open(name)) ?? tokenizer.open(name),
    close: () => weights.close(),
  };
  await convertModel(checkpoint, output, convertOptions({ withoutTokenizer: false }));
  return output.files;
}
