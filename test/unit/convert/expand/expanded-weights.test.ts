import { describe, expect, it, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { compileKernels, KERNELS_MODULE } from '../../../../scripts/build-kernels.mjs';
import { splitRows, type BlockWeight } from '../../../../src/convert/expand/block-weight.ts';
import { NOT_TURNED, WeightExpander, type Turn } from '../../../../src/convert/expand/expanded-weights.ts';
import { Int8Products } from '../../../../src/convert/expand/int8-products.ts';
import { GraphBuilder } from '../../../../src/convert/graph-builder.ts';
import { hadamardMatrix, ROTATED } from '../../../../src/convert/expand/hadamard.ts';
import { randomWeight, valuesOf, type BlockShape } from './block-shapes.ts';

const SHAPES: readonly BlockShape[] = [
  { rows: 5, cols: 64, bits: 4, blockSize: 32, hasZeroPoints: false },
  // an odd number of blocks: half a byte of each row's zero points is padding
  { rows: 67, cols: 96, bits: 4, blockSize: 32, hasZeroPoints: true },
  { rows: 130, cols: 48, bits: 4, blockSize: 16, hasZeroPoints: true },
  { rows: 64, cols: 128, bits: 8, blockSize: 128, hasZeroPoints: false },
  { rows: 65, cols: 96, bits: 8, blockSize: 32, hasZeroPoints: true },
];

describe.each(SHAPES)('$rows rows of $cols, $bits bits, zero points $hasZeroPoints', (shape) => {
  const weight = randomWeight(shape);
  const { rows, cols } = shape;
  const expected = valuesOf(weight);

  it('becomes the dequantised numbers', () => {
    expect(float32(weight)).toEqual(expected);
  });

  it('becomes int8 codes and a scale for each output', () => {
    const { codes, scales } = int8(weight);
    for (let row = 0; row < rows; row++) {
      const values = [...expected.subarray(row * cols, (row + 1) * cols)];
      const scale = Math.fround(Math.max(...values.map(Math.abs)) / 127);
      expect(scales[row]).toBe(scale);
      expect(Int8Array.from(values, (_, col) => codes[col * rows + row]!)).toEqual(
        Int8Array.from(values, (value) => nearestEven(value * (1 / scale))),
      );
    }
  });

  it('becomes the same of the turned numbers, with a gain in them', () => {
    const gain = Float32Array.from({ length: cols }, (_, col) => 0.5 + (col % 7));
    const turns: Turn[] = [
      { gain, inputs: true, outputs: false },
      ...(rows % 16 === 0 ? [{ gain: null, inputs: true, outputs: true }] : []),
    ];
    for (const turn of turns) {
      let values = Float64Array.from(expected, (value, at) => value * (turn.gain?.[at % cols] ?? 1));
      values = turned(values, 1);
      if (turn.outputs) values = turned(values, cols);
      const { codes, scales } = int8(weight, turn);
      for (let row = 0; row < rows; row++) {
        const ofRow = [...values.subarray(row * cols, (row + 1) * cols)];
        const scale = Math.fround(Math.max(...ofRow.map(Math.abs)) / 127);
        expect(scales[row]).toBe(scale);
        expect(Int8Array.from(ofRow, (_, col) => codes[col * rows + row]!)).toEqual(
          Int8Array.from(ofRow, (value) => nearestEven(value * (1 / scale))),
        );
      }
    }
  });

  it('is the same in parts', () => {
    const parts = splitRows(weight, 17);
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.every((part) => part.rows <= 17)).toBe(true);
    expect(parts.flatMap((part) => [...float32(part)])).toEqual([...expected]);
    expect(parts.flatMap((part) => [...int8(part).scales])).toEqual([...int8(weight).scales]);
  });
});

test('blocks may lie at any offset of a file, in a Buffer', () => {
  const weight = randomWeight({ rows: 8, cols: 64, bits: 4, blockSize: 32, hasZeroPoints: false });
  const scales = Buffer.concat([Buffer.of(1), weight.scales]).subarray(1);
  expect(float32({ ...weight, scales })).toEqual(valuesOf(weight));
  expect(int8({ ...weight, scales })).toEqual(int8(weight));
});

test('a weight is made anew after a larger and a smaller one', () => {
  const shapes = [8, 64, 8, 200].map(
    (rows) => ({ rows, cols: 96, bits: 4, blockSize: 32, hasZeroPoints: true }) as const,
  );
  for (const shape of shapes) {
    const weight = randomWeight(shape);
    expect(float32(weight)).toEqual(valuesOf(weight));
    expect(int8(weight)).toEqual(int8Of(new WeightExpander(), weight));
  }
});

test('codes are kept until they are released, in the memory of others that were, and 8 MiB of them at most', () => {
  const maker = new WeightExpander();
  const filled = (value: number) => new Int8Array(2 ** 22).fill(value);
  const [first, second] = [maker.keep(filled(1)), maker.keep(filled(2))];
  expect(maker.keep(filled(3))).toBeNull();
  expect([first![0], second![0]]).toEqual([1, 2]);
  expect(maker.release(first!)).toBe(first);
  expect(maker.keep(filled(3))!.buffer).toBe(first!.buffer);
  expect(second!.every((value) => value === 2)).toBe(true);
});

test.each([64, 4096])(
  'codes and scales of %i inputs are the same in whichever order they are asked for',
  (cols) => {
    // 4,096 times 3,088 codes are more than are kept.
    const shape: BlockShape = { rows: 3088, cols, bits: 4, blockSize: 32, hasZeroPoints: false };
    const weights = { v: randomWeight(shape, 1), w: randomWeight(shape, 2) };
    const bytesIn = (order: (names: string[]) => string[]) => {
      const products = new Int8Products(new GraphBuilder(), [], null);
      for (const [codesName, weight] of Object.entries(weights)) {
        const node = { name: codesName, op: 'MatMulNBits', domain: 'com.microsoft' as const };
        products.add({
          node: { ...node, inputs: ['x'], outputs: [`${codesName}.product`], attributes: {} },
          weight,
          codesName,
          bias: null,
        });
      }
      const made = new Map(products.tensors.map((tensor) => [tensor.name, tensor]));
      return new Map(order([...made.keys()]).map((name) => [name, made.get(name)!.make().slice()]));
    };
    const codesFirst = bytesIn((names) => names);
    const scalesFirst = bytesIn((names) =>
      names.filter((name) => /scales/.test(name)).concat(names.filter((name) => !/scales/.test(name))),
    );
    expect([...codesFirst.keys()]).toEqual(['v.int8', 'v.int8_scales', 'w.int8', 'w.int8_scales']);
    for (const [name, bytes] of codesFirst) expect(Buffer.compare(scalesFirst.get(name)!, bytes)).toBe(0);
  },
);

test('what is not a number is passed over: its codes are 0, the others keep their scale', () => {
  const weight = randomWeight({ rows: 1, cols: 64, bits: 4, blockSize: 32, hasZeroPoints: false });
  const { scales } = weight;
  new DataView(scales.buffer, scales.byteOffset).setFloat32(4, NaN, true);
  const made = int8(weight);
  const magnitudes = [...float32(weight)].slice(0, 32).map(Math.abs);
  expect(made.scales[0]).toBe(Math.fround(Math.max(...magnitudes) / 127));
  expect([...made.codes].slice(32)).toEqual(Array(32).fill(0));
});

test('the committed kernels are compiled from their source', async () => {
  expect(await readFile(KERNELS_MODULE, 'utf8')).toBe(await compileKernels());
});

test('a row of zeros has the scale 1 and codes 0', () => {
  const shape: BlockShape = { rows: 2, cols: 32, bits: 4, blockSize: 32, hasZeroPoints: false };
  const weight = randomWeight(shape);
  weight.codes.fill(0x88, 0, 16);
  const { codes, scales } = int8(weight);
  expect(scales[0]).toBe(1);
  expect(Array.from({ length: 32 }, (_, col) => codes[col * 2])).toEqual(Array(32).fill(0));
});

const expander = new WeightExpander();

const float32 = (weight: BlockWeight): Float32Array => expander.toFloat32(weight).slice();

const int8 = (weight: BlockWeight, turn?: Turn) => int8Of(expander, weight, turn);

function int8Of(maker: WeightExpander, weight: BlockWeight, turn: Turn = NOT_TURNED) {
  const { codes, scales } = maker.toInt8(weight, turn);
  return { codes: codes.slice(), scales: scales.slice() };
}

/** Each 16 values that are `step` apart, times the matrix. */
function turned(values: Float64Array, step: number): Float64Array<ArrayBuffer> {
  const matrix = hadamardMatrix();
  return Float64Array.from(values, (_, at) => {
    const place = Math.floor(at / step) % ROTATED;
    const first = at - place * step;
    return Array.from(
      { length: ROTATED },
      (__, nth) => values[first + nth * step]! * matrix[nth * ROTATED + place]!,
    ).reduce((sum, value) => sum + value);
  });
}

function nearestEven(x: number): number {
  const below = Math.floor(x);
  const part = x - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
