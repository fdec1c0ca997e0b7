/** AutoAWQ checkpoints are taken over code by code: the weights are bit for bit those of AutoAWQ's own formula. */
import { describe, expect, it } from 'vitest';
import { openAwqMatrix } from '../../../src/convert/awq.ts';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import type { PackedMatrix } from '../../../src/convert/packed-matrix.ts';
import { openFixture, readExpected, relativeDifference } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';
import { RunningModel } from './support/run-model.ts';

async function dequantised(matrix: PackedMatrix): Promise<Float32Array> {
  const { codes, scales, zeroPoints } = await matrix.readPacked();
  const groups = matrix.cols / matrix.groupSize;
  return new Float32Array(matrix.rows * matrix.cols).map((_, i) => {
    const group = Math.floor(i / matrix.cols) * groups + Math.floor((i % matrix.cols) / matrix.groupSize);
    return (((codes[i >> 1]! >> ((i & 1) * 4)) & 15) - zeroPoints[group]!) * scales[group]!;
  });
}

describe('an AutoAWQ checkpoint', () => {
  it.each([
    ['self_attn.k_proj', 64, 128],
    ['mlp.down_proj', 128, 256],
  ])('has bit-exact weights in %s', async (part, rows, cols) => {
    const { logits: tensors } = await readExpected('small/awq/expected.safetensors');
    const checkpoint = await openCheckpoint(await openFixture('small/awq'));
    const matrix = openAwqMatrix(checkpoint, `model.layers.0.${part}`, rows, cols);
    expect(await dequantised(matrix)).toEqual(tensors.get(part));
  });

  it.each([32, 64, 128])('gives the logits of those weights in blocks of %i', async (blockSize) => {
    const { ids, logits } = await readExpected('small/awq/expected.safetensors');
    const output = new MemoryOutput();
    const manifest = await convertModel(
      await openFixture('small/awq'),
      output,
      convertOptions({ blockSize }),
    );
    const model = await RunningModel.load(output);
    model.reset(1, 64);
    const step = await model.step(
      [ids],
      [0],
      ids.map((_, i) => i),
    );
    await model.release();
    // The tables are float in the checkpoint and rounded in blocks of 32 in the oracle; larger blocks move them.
    if (blockSize === 32)
      expect(relativeDifference(step.logits, logits.get('q4-tables')!)).toBeLessThan(1e-4);
    expect(relativeDifference(step.logits, logits.get('float-tables')!)).toBeLessThan(0.3);
    expect(manifest.models['q4']).toMatchObject({ quantization: 'awq', blockSize });
  });

  it.each(['q8', 'fp16', 'fp32'] as const)(
    'is refused for %s, which would mean rounding twice',
    async (dtype) => {
      const output = new MemoryOutput();
      const conversion = convertModel(await openFixture('small/awq'), output, convertOptions({ dtype }));
      await expect(conversion).rejects.toMatchObject({
        code: 'model-unsupported',
        message: expect.stringContaining('--dtype q4'),
      });
      expect(output.state).toBe('discarded');
    },
  );
});
