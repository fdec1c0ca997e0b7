/** AutoAWQ checkpoints are taken over code by code: the weights are bit for bit those of AutoAWQ's own formula. */
import { describe, expect, it } from 'vitest';
import { openAwqMatrix } from '../../../src/convert/awq.ts';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { decodeFloats } from '../../../src/convert/float-formats.ts';
import type { PackedMatrix, PackedRows } from '../../../src/convert/packed-matrix.ts';
import { readExpected, relativeDifference, usingFixture } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';
import { editedCheckpoint, type EditableTensors } from './support/edited-checkpoint.ts';
import { readInitializers, type StoredInitializer } from './support/read-onnx.ts';
import { RunningModel } from './support/run-model.ts';

async function dequantised(matrix: PackedMatrix): Promise<Float32Array> {
  const parts = [];
  for await (const part of matrix.readPacked()) parts.push(part);
  const [{ codes, scales, zeroPoints }, ...more] = parts as [PackedRows, ...PackedRows[]];
  expect(more).toEqual([]);
  const groups = matrix.cols / matrix.groupSize;
  return new Float32Array(matrix.rows * matrix.cols).map((_, i) => {
    const group = Math.floor(i / matrix.cols) * groups + Math.floor((i % matrix.cols) / matrix.groupSize);
    return (((codes[i >> 1]! >> ((i & 1) * 4)) & 15) - zeroPoints![group]!) * scales[group]!;
  });
}

/** The weights as MatMulNBits reads them from the written bytes: scale * (code - zero point), two codes a byte. */
function decodeBlocks(
  written: ReadonlyMap<string, StoredInitializer>,
  name: string,
  blockSize: number,
): Float32Array {
  const [codes, scales, zeros] = ['codes', 'scales', 'zero_points'].map((part) =>
    written.get(`${name}.${part}`)!,
  );
  const [rows, blocks, bytes] = codes!.dims as [number, number, number];
  expect([bytes, scales!.dims, zeros!.dims]).toEqual([
    blockSize / 2,
    [rows, blocks],
    [rows, Math.ceil(blocks / 2)],
  ]);
  const scale = decodeFloats(scales!.bytes, scales!.type === 10 ? 'F16' : 'F32');
  const nibble = (from: Uint8Array, at: number): number => (from[at >> 1]! >> ((at & 1) * 4)) & 15;
  return new Float32Array(rows * blocks * blockSize).map((_, i) => {
    const block = Math.floor(i / blockSize);
    const row = Math.floor(block / blocks);
    const zero = nibble(zeros!.bytes.subarray(row * Math.ceil(blocks / 2)), block % blocks);
    return (nibble(codes!.bytes, i) - zero) * scale[block]!;
  });
}

describe('an AutoAWQ checkpoint', () => {
  it.each([
    ['self_attn.k_proj', 64, 128],
    ['mlp.down_proj', 128, 256],
  ])('has bit-exact weights in %s', async (part, rows, cols) => {
    const { logits: tensors } = await readExpected('small/awq/expected.safetensors');
    await usingFixture('small/awq', async (input) => {
      const matrix = openAwqMatrix(await openCheckpoint(input), `model.layers.0.${part}`, rows, cols);
      expect(await dequantised(matrix)).toEqual(tensors.get(part));
    });
  });

  it.each([
    ['q4', 16],
    ['q4', 32],
    ['q4', 64],
    ['q4', 128],
    ['q4f16', 32],
    ['q4f16', 128],
  ] as const)('is written bit-exactly in %s, in blocks of %i', async (dtype, blockSize) => {
    const { logits: tensors } = await readExpected('small/awq/expected.safetensors');
    const output = new MemoryOutput();
    const options = convertOptions({ dtype, blockSize });
    await usingFixture('small/awq', (input) => convertModel(input, output, options));
    const written = readInitializers(`onnx/model_${dtype}.onnx`, output.files);
    expect(decodeBlocks(written, 'layers.0.down_proj', blockSize)).toEqual(tensors.get('mlp.down_proj'));
  });

  it.each([32, 64, 128])('gives the logits of those weights in blocks of %i', async (blockSize) => {
    const { ids, logits } = await readExpected('small/awq/expected.safetensors');
    const output = new MemoryOutput();
    const manifest = await usingFixture('small/awq', (input) =>
      convertModel(input, output, convertOptions({ blockSize })),
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
      const conversion = usingFixture('small/awq', (input) =>
        convertModel(input, output, convertOptions({ dtype })),
      );
      await expect(conversion).rejects.toMatchObject({
        code: 'model-unsupported',
        message: expect.stringContaining('--dtype q4'),
      });
      expect(output.state).toBe('discarded');
    },
  );

  describe('that is not what it says', () => {
    const convertChanged = async (change: (tensors: EditableTensors) => void, config: object = {}) => {
      const input = await editedCheckpoint('small/awq', change, config);
      return convertModel(input, new MemoryOutput(), convertOptions());
    };
    const part = 'model.layers.0.self_attn';

    it('is refused when only some of q, k and v are packed', async () => {
      const conversion = convertChanged((tensors) => {
        for (const name of ['qweight', 'qzeros', 'scales']) tensors.delete(`${part}.k_proj.${name}`);
        const data = new Uint8Array(64 * 128 * 2);
        tensors.set(`${part}.k_proj.weight`, { dtype: 'F16', shape: [64, 128], data });
      });
      await expect(conversion).rejects.toMatchObject({
        code: 'model-unsupported',
        message: expect.stringMatching(/q_proj is AWQ int4 and .*k_proj\.weight is not/),
      });
    });

    it('is refused without zero points, by its tensors and by its config.json', async () => {
      const without = convertChanged((tensors) => tensors.delete(`${part}.q_proj.qzeros`));
      await expect(without).rejects.toMatchObject({
        code: 'model-unsupported',
        message: expect.stringContaining('without zero points'),
      });
      const quantization_config = { quant_method: 'awq', bits: 4, zero_point: false };
      await expect(convertChanged(() => undefined, { quantization_config })).rejects.toMatchObject({
        code: 'model-unsupported',
        message: expect.stringContaining('zero_point'),
      });
    });

    it('is refused with a scale that is infinite', async () => {
      const conversion = convertChanged((tensors) => {
        const { data } = tensors.get(`${part}.v_proj.scales`)!;
        data.set([0x00, 0x7c]);
      });
      await expect(conversion).rejects.toMatchObject({
        code: 'model-corrupt',
        message: expect.stringContaining(`${part}.v_proj.scales`),
      });
    });
  });
});
