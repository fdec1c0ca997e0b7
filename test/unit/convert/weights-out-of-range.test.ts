/** Weights that no rounding can stand for end a conversion, with the name of their tensor. */
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import {
  CONVERT_DTYPES,
  type ConvertDtype,
  type ConvertOptions,
} from '../../../src/convert/convert-options.ts';
import { editedCheckpoint } from './support/edited-checkpoint.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

const MATRIX = 'model.layers.1.mlp.down_proj.weight';
const NORM = 'model.layers.0.input_layernorm.weight';
const ALL = [...CONVERT_DTYPES];

/** Converts a model whose tensor `name` has `value` at the place `at`. */
async function convertWith(name: string, at: number, value: number, options: Partial<ConvertOptions>) {
  const input = await editedCheckpoint('small/qwen2-tied', (tensors) => {
    const { data, dtype } = tensors.get(name)!;
    expect(dtype).toBe('F32');
    new DataView(data.buffer, data.byteOffset).setFloat32(4 * at, value, true);
  });
  const output = new MemoryOutput();
  const error: unknown = await convertModel(input, output, convertOptions(options)).then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, state: output.state };
}

describe.each(ALL)('in %s', (dtype) => {
  it.each<[string, number]>([
    ['NaN', NaN],
    ['infinite', Infinity],
    ['minus infinite', -Infinity],
  ])('a weight that is %s is refused, in a matrix and in a norm', async (_, value) => {
    for (const name of [MATRIX, NORM]) {
      const { error, state } = await convertWith(name, 7, value, { dtype });
      expect(error).toMatchObject({ code: 'model-corrupt', message: expect.stringContaining(name) });
      expect(state).toBe('discarded');
    }
  });
});

describe('what fp16 cannot hold', () => {
  it.each<[ConvertDtype, string, number]>([
    ['fp16', MATRIX, 65_520],
    ['fp16', MATRIX, -1e6],
    // A scale is an eighth of the block's largest weight.
    ['q4f16', MATRIX, 8 * 65_520],
    ['q4f16', NORM, 70_000],
  ])('is refused in %s, in %s: %d', async (dtype, name, value) => {
    const { error } = await convertWith(name, 3, value, { dtype });
    const tensor = name.replace(/^model\.|\.weight$/g, '');
    expect(error).toMatchObject({ code: 'model-unsupported', message: expect.stringContaining(tensor) });
  });

  it.each<[ConvertDtype, string, number]>([
    ['fp16', MATRIX, 65_519],
    ['q4f16', MATRIX, 70_000],
    ['q4', MATRIX, 1e30],
    ['fp32', MATRIX, 1e30],
    ['q8', NORM, 70_000],
  ])('is converted in %s, in %s: %d', async (dtype, name, value) => {
    expect(await convertWith(name, 3, value, { dtype })).toEqual({ error: null, state: 'committed' });
  });
});
