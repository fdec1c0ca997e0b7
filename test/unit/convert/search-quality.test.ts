/** What `--quantization search` gains end to end: next-token distributions against the unquantised weights. */
import { expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { klDivergence, logSoftmax } from '../../../src/convert/compare/agreement.ts';
import type { ConvertOptions } from '../../../src/convert/convert-options.ts';
import { openFixture } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';
import { RunningModel } from './support/run-model.ts';

const FAMILIES = ['qwen2-tied', 'qwen2-untied', 'llama', 'mistral'];
const NUM_TOKENS = 64;

async function run(family: string, changes: Partial<ConvertOptions>) {
  const output = new MemoryOutput();
  const checkpoint = await openFixture(`small/${family}`);
  await convertModel(checkpoint, output, convertOptions(changes));
  await checkpoint.close();
  const model = await RunningModel.load(output);
  model.reset(1, NUM_TOKENS);
  const { vocabSize } = model.spec;
  const ids = Array.from({ length: NUM_TOKENS }, (_, i) => (i * 37 + 11) % vocabSize);
  const all = ids.map((_, i) => i);
  const { logits } = await model.step([ids], [0], all);
  await model.release();
  const bytes = [...output.files.values()].reduce((sum, file) => sum + file.length, 0);
  return { bytes, rows: all.map((i) => logSoftmax(logits.subarray(i * vocabSize, (i + 1) * vocabSize))) };
}

it('the search lowers the KL divergence from the unquantised weights at the same size', async () => {
  const totals = { symmetric: 0, search: 0 };
  for (const family of FAMILIES) {
    const reference = await run(family, { dtype: 'fp32' });
    const sizes: number[] = [];
    for (const method of ['symmetric', 'search'] as const) {
      const { rows, bytes } = await run(family, { dtype: 'q4', method });
      const sum = rows.reduce((total, row, i) => total + klDivergence(reference.rows[i]!, row), 0);
      totals[method] += sum / NUM_TOKENS;
      sizes.push(bytes);
    }
    // The manifest and the card name the method; of the weights every byte has its place.
    expect(Math.abs(sizes[0]! - sizes[1]!)).toBeLessThan(100);
  }
  expect(totals.search).toBeLessThan(0.95 * totals.symmetric);
});
