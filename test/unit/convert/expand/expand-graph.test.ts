/** Products of expanded weights, run by the runtime beside the stored ones. */
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { expandGraph } from '../../../../src/convert/expand/expand-graph.ts';
import type { ExpandedForm } from '../../../../src/convert/expand/products.ts';
import { decodeOnnxModel } from '../../../../src/convert/expand/read-onnx.ts';
import { findProducts } from '../../../../src/convert/expand/stored-products.ts';
import { encodeOnnxModel, type OnnxModel, type OnnxTensor } from '../../../../src/convert/onnx-proto.ts';
import { tensorBytes } from '../../../../src/convert/graph-builder.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { randomWeight, valuesOf, type BlockShape } from './block-shapes.ts';

ort.env.wasm.numThreads = 1;

const SHAPE: BlockShape = { rows: 40, cols: 96, bits: 4, blockSize: 32, hasZeroPoints: true };
/** More outputs than one product has. */
const WIDE: BlockShape = { ...SHAPE, rows: 3104, cols: 32 };
const NUM_ROWS = 3;

/** y = W x + bias and z = W x, of one stored weight. */
function twoProducts(shape: BlockShape) {
  const { rows, cols, bits, blockSize } = shape;
  const weight = randomWeight(shape, 7);
  const bias = Float32Array.from({ length: shape.rows }, (_, row) => row / 8);
  const data = new Map<string, Uint8Array>([
    ['w.codes', weight.codes],
    ['w.scales', weight.scales],
    ...(weight.zeroPoints ? [['w.zeros', weight.zeroPoints] as const] : []),
    ['bias', new Uint8Array(bias.buffer)],
  ]);
  const file = new Uint8Array([...data.values()].reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  const tensors = [...data].map(([name, bytes]): OnnxTensor => {
    file.set(bytes, offset);
    offset += bytes.length;
    const type = name === 'bias' || name === 'w.scales' ? 'float32' : 'uint8';
    const { length } = bytes;
    const dims = { 'w.codes': [rows, cols / blockSize, (blockSize * bits) / 8], 'w.scales': [length / 4] };
    return {
      name,
      type,
      dims: dims[name as keyof typeof dims] ?? [type === 'uint8' ? length : length / 4],
      data: { file: 'weights', offset: offset - length, length },
    };
  });
  const product = (output: string, inputs: readonly string[]) => ({
    name: `${output}/MatMulNBits`,
    op: 'MatMulNBits',
    domain: 'com.microsoft' as const,
    inputs: ['x', 'w.codes', 'w.scales', weight.zeroPoints ? 'w.zeros' : '', ...inputs],
    outputs: [output],
    attributes: {
      K: { int: cols },
      N: { int: rows },
      bits: { int: bits },
      block_size: { int: blockSize },
    },
  });
  const model: OnnxModel = {
    name: 'products',
    nodes: [product('y', ['', 'bias']), product('z', [])],
    inputs: [{ name: 'x', type: 'float32', dims: ['rows', cols] }],
    outputs: ['y', 'z'].map((name) => ({ name, type: 'float32', dims: ['rows', rows] })),
    tensors,
  };
  return { onnx: encodeOnnxModel(model, 'test'), file, weight, bias };
}

type Outputs = Readonly<Record<'y' | 'z', Float32Array>>;

/** Without negative zeros. */
const plain = (values: Float32Array): Float32Array => values.map((value) => value + 0);

async function run(
  onnx: Uint8Array,
  files: readonly { path: string; data: Uint8Array }[],
  x: Float32Array,
  numRows: number,
): Promise<Outputs> {
  const session = await ort.InferenceSession.create(onnx, { externalData: [...files] });
  const { y, z } = await session.run({ x: new ort.Tensor('float32', x, [numRows, x.length / numRows]) });
  const outputs = { y: plain(y!.data as Float32Array), z: plain(z!.data as Float32Array) };
  await session.release();
  return outputs;
}

async function runExpanded(
  { onnx, file }: ReturnType<typeof twoProducts>,
  form: ExpandedForm,
  x: Float32Array,
  numRows: number,
): Promise<Outputs & { readonly tensorNames: readonly string[] }> {
  const model = decodeOnnxModel(onnx);
  const graph = expandGraph(model, findProducts(model, new Map([['weights', file]])), {
    form,
    explicitAttention: false,
    turns: null,
  });
  const made = graph.tensors.map((tensor) => {
    const data = tensor.make().slice();
    expect(data.length).toBe(tensorBytes(tensor));
    return { path: tensor.name, data };
  });
  const outputs = await run(graph.onnx, [{ path: 'weights', data: file }, ...made], x, numRows);
  return { ...outputs, tensorNames: graph.tensors.map(({ name }) => name) };
}

function activations(cols: number): Float32Array {
  const random = new SeededRandom(3);
  // Rows of very different magnitude, and one of zeros.
  return Float32Array.from(
    { length: NUM_ROWS * cols },
    (_, at) => [1e3, 0, 1e-3][Math.floor(at / cols)]! * (random.next() - 0.5),
  );
}

describe('in fp32', () => {
  it("a product is the stored one's, to rounding, and a weight that two products read is made once", async () => {
    const stored = twoProducts(SHAPE);
    const x = activations(SHAPE.cols);
    const expected = await run(stored.onnx, [{ path: 'weights', data: stored.file }], x, NUM_ROWS);
    const actual = await runExpanded(stored, 'fp32', x, NUM_ROWS);
    expect(actual.tensorNames).toEqual(['w.codes.fp32']);
    for (const name of ['y', 'z'] as const) expectClose(actual[name], expected[name], SHAPE.rows);
  });

  it('the weights are the very numbers that the stored product dequantises', async () => {
    const stored = twoProducts(SHAPE);
    const { rows, cols } = SHAPE;
    const identity = new Float32Array(cols * cols);
    for (let at = 0; at < cols; at++) identity[at * cols + at] = 1;
    const expected = await run(stored.onnx, [{ path: 'weights', data: stored.file }], identity, cols);
    expect((await runExpanded(stored, 'fp32', identity, cols)).z).toEqual(expected.z);
    const values = valuesOf(stored.weight);
    expect(expected.z).toEqual(
      Float32Array.from(
        { length: rows * cols },
        (_, at) => values[(at % rows) * cols + Math.floor(at / rows)]! + 0,
      ),
    );
  });

  it('a large weight is multiplied in parts', async () => {
    const shape: BlockShape = { rows: 4112, cols: 2048, bits: 8, blockSize: 128, hasZeroPoints: false };
    const stored = twoProducts(shape);
    const x = activations(shape.cols);
    const expected = await run(stored.onnx, [{ path: 'weights', data: stored.file }], x, NUM_ROWS);
    const actual = await runExpanded(stored, 'fp32', x, NUM_ROWS);
    expect(actual.tensorNames).toEqual(['w.codes.0.fp32', 'w.codes.1.fp32']);
    for (const name of ['y', 'z'] as const) expectClose(actual[name], expected[name], shape.rows);
  });
});

describe('in int8', () => {
  it('a wide weight is multiplied in parts, each an odd number of tiles wide but for the last', () => {
    const stored = twoProducts(WIDE);
    const model = decodeOnnxModel(stored.onnx);
    const { tensors } = expandGraph(model, findProducts(model, new Map([['weights', stored.file]])), {
      form: 'int8',
      explicitAttention: false,
      turns: null,
    });
    const widths = tensors.filter(({ type }) => type === 'int8').map(({ dims }) => dims[1]!);
    expect(widths.reduce((sum, width) => sum + width, 0)).toBe(WIDE.rows);
    expect(widths.length).toBeGreaterThan(1);
    for (const width of widths.slice(0, -1)) expect(width % 32).toBe(16);
  });

  it.each([SHAPE, WIDE])('the integers are exact: only the two scales are floats, %o', async (shape) => {
    const stored = twoProducts(shape);
    const { rows, cols } = shape;
    const x = activations(cols);
    const actual = await runExpanded(stored, 'int8', x, NUM_ROWS);
    const values = valuesOf(stored.weight);
    const expected = new Float32Array(NUM_ROWS * rows);
    for (let row = 0; row < NUM_ROWS; row++) {
      const a = normalised(x.subarray(row * cols, (row + 1) * cols));
      for (let output = 0; output < rows; output++) {
        const w = quantized(values.subarray(output * cols, (output + 1) * cols));
        const sum = a.codes.reduce((total, code, at) => total + code * w.codes[at]!, 0);
        expected[row * rows + output] = Math.fround(
          Math.fround(sum * Math.fround(STEP * w.scale)) * a.magnitude,
        );
      }
    }
    expect(actual.z).toEqual(plain(expected));
    expect(actual.y).toEqual(expected.map((value, at) => value + stored.bias[at % rows]!));
  });

  it.each([NaN, Infinity, -Infinity])(
    'a row with %s anywhere has no finite output that hides it',
    async (value) => {
      const stored = twoProducts(SHAPE);
      const { rows, cols } = SHAPE;
      const x = new Float32Array(cols * cols).fill(1);
      for (let at = 0; at < cols; at += 2) x[at * cols + at] = value;
      const { z } = await runExpanded(stored, 'int8', x, cols);
      for (let row = 0; row < cols; row++) {
        const isFinite = z.subarray(row * rows, (row + 1) * rows).every(Number.isFinite);
        expect(isFinite).toBe(row % 2 === 1);
      }
    },
  );
});

const STEP = Math.fround(1 / 127);

function quantized(values: Float32Array): { codes: number[]; scale: number } {
  const scale = Math.fround(largest(values) / 127) || 1;
  return { scale, codes: [...values].map((value) => nearestEven(value * (1 / scale))) };
}

function normalised(values: Float32Array): { codes: number[]; magnitude: number } {
  const magnitude = largest(values);
  const code = (value: number) => nearestEven(Math.fround(Math.fround(value / (magnitude || 1)) / STEP));
  return { magnitude, codes: [...values].map(code) };
}

function largest(values: Float32Array): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}

function nearestEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Sums in another order: within 1e-5 of a row's largest output. */
function expectClose(actual: Float32Array, expected: Float32Array, rowLength: number): void {
  expect(actual.length).toBe(expected.length);
  for (let start = 0; start < expected.length; start += rowLength) {
    const row = expected.subarray(start, start + rowLength);
    const worst = row.reduce((max, value, at) => Math.max(max, Math.abs(value - actual[start + at]!)), 0);
    expect(worst).toBeLessThanOrEqual(1e-5 * largest(row));
  }
}
