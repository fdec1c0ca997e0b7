/** Every model at its true width, one layer of it and two of a Qwen3, against transformers on the same computed weights. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import type { ConvertDtype } from '../../../src/convert/convert-options.ts';
import { IS_FULL } from '../../tier.ts';
import { fixturePath, readExpected, relativeDifference } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';
import { RunningModel } from './support/run-model.ts';
import { SyntheticCheckpoint } from './support/synthetic-checkpoint.ts';

const CONFIGS = JSON.parse(readFileSync(fixturePath('configs.json'), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const FIXTURE = 'true-width.safetensors';

/** Seconds each; `npm test` has their families at small widths (families.test.ts). */
const WIDE = new Set([
  'rank1-1.5b',
  'rank1-3b',
  'rank1-llama3-8b',
  'rank1-mistral-2501-24b',
  'zerank-1-small',
]);
/** Of families whose smaller models are here, and most of the time: run them with RANK1_SLOW_TESTS=1. */
const SLOW = new Set(['rank1-7b', 'rank1-14b', 'rank1-32b', 'qwen3-reranker-4b']);
const isRun = (name: string): boolean =>
  (IS_FULL || !WIDE.has(name)) && (process.env['RANK1_SLOW_TESTS'] === '1' || !SLOW.has(name));
const NAMES = Object.keys(CONFIGS).filter(isRun);

const idsOf = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 37 + 11) % 256);

async function load(config: Record<string, unknown>, dtype: ConvertDtype): Promise<RunningModel> {
  const output = new MemoryOutput();
  await convertModel(
    new SyntheticCheckpoint({ ...config, vocab_size: 256 }, 'exact'),
    output,
    convertOptions({ dtype }),
  );
  return RunningModel.load(output);
}

async function differenceAt8Tokens(name: string, dtype: ConvertDtype): Promise<number> {
  const config = CONFIGS[name]!;
  const { logits } = await readExpected(FIXTURE);
  const model = await load({ ...config, num_hidden_layers: config['model_type'] === 'qwen3' ? 2 : 1 }, dtype);
  model.reset(1, 16);
  const ids = idsOf(8);
  const step = await model.step(
    [ids],
    [0],
    ids.map((_, i) => i),
  );
  await model.release();
  return relativeDifference(step.logits, logits.get(`${name}.${dtype}`)!);
}

describe('one layer at true width gives the logits of transformers', () => {
  it.each(NAMES)('%s in q4, on the dequantised weights, within 1e-4', async (name) => {
    expect(await differenceAt8Tokens(name, 'q4')).toBeLessThan(1e-4);
  });

  it.each(
    [
      'rank1-0.5b',
      'rank1-1.5b',
      'rank1-3b',
      'rank1-llama3-8b',
      'rank1-mistral-2501-24b',
      'qwen3-reranker-0.6b',
      'zerank-1-small',
    ].filter(isRun),
  )('%s in fp32, within 1e-4', async (name) => {
    expect(await differenceAt8Tokens(name, 'fp32')).toBeLessThan(1e-4);
  });
});

describe('llama3 rope scaling', () => {
  it('is right at positions beyond 8,192', async () => {
    const { logits } = await readExpected(FIXTURE);
    const small = {
      hidden_size: 64,
      num_hidden_layers: 1,
      num_attention_heads: 1,
      num_key_value_heads: 1,
      head_dim: 64,
      intermediate_size: 64,
    };
    const model = await load({ ...CONFIGS['rank1-llama3-8b'], ...small }, 'fp32');
    const ids = idsOf(8300);
    model.reset(1, 8300);
    const step = await model.step([ids], [0], [8191, 8192, 8193, 8250, 8299]);
    await model.release();
    expect(relativeDifference(step.logits, logits.get('llama3-long.fp32')!)).toBeLessThan(1e-4);
  });
});
