/** fp16 models compute in 16 bits, so they are compared with the exact sum of the same rounded weights, loosely. */
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { readExpected, relativeDifference, usingFixture } from './support/fixtures.ts';
import { convertOptions } from './support/options.ts';
import { RunningModel } from './support/run-model.ts';

describe.each(['qwen2-tied', 'qwen2-untied', 'llama', 'mistral'])('%s', (family) => {
  it.each([
    ['fp16', 'fp32'],
    ['q4f16', 'q4f16'],
  ] as const)(
    'gives the logits of transformers in %s, within what 16 bits can hold',
    async (dtype, reference) => {
      const { ids, logits } = await readExpected(`small/${family}/expected.safetensors`);
      const output = new MemoryOutput();
      await usingFixture(`small/${family}`, (input) =>
        convertModel(input, output, convertOptions({ dtype })),
      );
      const model = await RunningModel.load(output);
      model.reset(1, 64);
      const step = await model.step(
        [ids],
        [0],
        ids.map((_, i) => i),
      );
      await model.release();
      expect(relativeDifference(step.logits, logits.get(reference)!)).toBeLessThan(0.005);
    },
  );
});
