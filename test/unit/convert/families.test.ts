/** Converted models of every family against transformers: the whole path from safetensors to logits. */
import { afterEach, describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import type { ConvertOptions } from '../../../src/convert/convert-options.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { openFixture, readExpected, relativeDifference } from './support/fixtures.ts';
import { convertOptions } from './support/options.ts';
import { RunningModel, WATCHED } from './support/run-model.ts';

const FAMILIES = ['qwen2-tied', 'qwen2-untied', 'llama', 'mistral', 'qwen3-tied', 'qwen3-untied'] as const;
const ROUNDINGS: Record<string, Partial<ConvertOptions>> = {
  fp32: { dtype: 'fp32' },
  q8: { dtype: 'q8' },
  q4: { dtype: 'q4' },
  'q4-asymmetric': { dtype: 'q4', method: 'asymmetric' },
};

let model: RunningModel | undefined;
afterEach(async () => model?.release());

async function convertFixture(family: string, options: Partial<ConvertOptions>): Promise<RunningModel> {
  const input = await openFixture(`small/${family}`);
  const output = new MemoryOutput();
  await convertModel(input, output, convertOptions(options));
  await input.close();
  model = await RunningModel.load(output);
  return model;
}

describe.each(FAMILIES)('%s', (family) => {
  it.each(Object.entries(ROUNDINGS))(
    'gives the logits of transformers in %s, within 1e-4',
    async (rounding, options) => {
      const { ids, logits } = await readExpected(`small/${family}/expected.safetensors`);
      const running = await convertFixture(family, options);
      running.reset(1, 64);
      const all = await running.step(
        [ids],
        [0],
        ids.map((_, i) => i),
      );
      expect(relativeDifference(all.logits, logits.get(rounding)!)).toBeLessThan(1e-4);
    },
  );

  it('gives the same logits token by token, in a batch of rows of different lengths', async () => {
    const { ids, logits } = await readExpected(`small/${family}/expected.safetensors`);
    const vocabSize = logits.get('fp32')!.length / ids.length;
    const running = await convertFixture(family, { dtype: 'fp32' });
    const lengths = [17, 3, 9];
    const prompts = lengths.map((length) => [
      ...ids.slice(0, length),
      ...new Array<number>(17 - length).fill(0),
    ]);
    running.reset(lengths.length, 64);
    let step = await running.step(
      prompts,
      [0, 0, 0],
      lengths.map((length, row) => row * 17 + length - 1),
    );
    for (let fed = 0; ; fed++) {
      lengths.forEach((length, row) => {
        const at = (length + fed - 1) * vocabSize;
        const expected = logits.get('fp32')!.subarray(at, at + vocabSize);
        const actual = step.logits.subarray(row * vocabSize, (row + 1) * vocabSize);
        expect(relativeDifference(actual, expected)).toBeLessThan(1e-4);
      });
      if (fed === 10) return;
      const past = lengths.map((length) => length + fed);
      step = await running.step(
        past.map((tokens) => [ids[tokens]!]),
        past,
        [0, 1, 2],
      );
    }
  });
});

describe('the greedy choice in the graph', () => {
  it('is the argmax of the logits, and the watched logits are among them', async () => {
    const { ids } = await readExpected('small/qwen2-tied/expected.safetensors');
    const running = await convertFixture('qwen2-tied', { dtype: 'q4' });
    running.reset(1, 64);
    const { logits, nextTokenIds, watchedLogits } = await running.step(
      [ids],
      [0],
      ids.map((_, i) => i),
    );
    ids.forEach((_, row) => {
      const values = logits.subarray(row * 256, (row + 1) * 256);
      expect(nextTokenIds[row]).toBe(values.indexOf(Math.max(...values)));
      expect([...watchedLogits.subarray(row * 2, row * 2 + 2)]).toEqual(WATCHED.map((id) => values[id]));
    });
  });
});
