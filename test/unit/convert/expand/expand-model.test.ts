/** Graphs as the converter writes them, read back and planned; and graphs that it never wrote. */
import { beforeAll, describe, expect, it } from 'vitest';
import { convertModel } from '../../../../src/convert/convert-model.ts';
import { expandModel } from '../../../../src/convert/expand/expand-model.ts';
import { expandGraph } from '../../../../src/convert/expand/expand-graph.ts';
import { decodeOnnxModel, ForeignGraph } from '../../../../src/convert/expand/read-onnx.ts';
import { dataFiles, findProducts } from '../../../../src/convert/expand/stored-products.ts';
import { findTurns } from '../../../../src/convert/expand/turns.ts';
import { encodeOnnxModel, type OnnxModel } from '../../../../src/convert/onnx-proto.ts';
import { parseManifest, type ManifestModel } from '../../../../src/model/manifest.ts';
import { changedGraph } from '../../../fakes/hostile-graphs.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';
import { TINY_CONFIG } from '../../../fakes/tiny-config.ts';
import { MemoryOutput } from '../support/memory-folder.ts';
import { convertOptions } from '../support/options.ts';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.ts';

interface Written {
  readonly model: ManifestModel;
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array<ArrayBuffer> }[];
}

async function write(layout: 'rank1' | 'transformersjs', dtype: 'q4' | 'fp32'): Promise<Written> {
  const output = new MemoryOutput();
  await convertModel(
    new SyntheticCheckpoint(TINY_CONFIG, 'exact'),
    output,
    convertOptions({ dtype, layout }),
  );
  const model = parseManifest(JSON.parse(output.text('rank1.json'))).models[dtype]!;
  const externalData = model.externalData.map((path) => ({
    path: path.slice(path.lastIndexOf('/') + 1),
    data: output.files.get(path)!,
  }));
  return { model, onnx: output.files.get(model.onnx)!, externalData };
}

let written: Written;
beforeAll(async () => {
  written = await write('rank1', 'q4');
});

it('refuses blocks of other than whole sixteens, which neither the runtime nor the kernels take', () => {
  const find = (blockSize: number) => {
    const [rows, cols] = [16, 48];
    const int = (value: number) => ({ int: value });
    const tensor = (name: string, type: 'uint8' | 'float32', length: number) =>
      ({ name, type, dims: [length], data: { file: 'weights', offset: 0, length } }) as const;
    const node = {
      name: 'product',
      op: 'MatMulNBits',
      domain: 'com.microsoft' as const,
      inputs: ['x', 'codes', 'scales'],
      outputs: ['y'],
      attributes: { N: int(rows), K: int(cols), bits: int(4), block_size: int(blockSize) },
    };
    const tensors = [
      tensor('codes', 'uint8', (rows * cols) / 2),
      tensor('scales', 'float32', (rows * cols * 4) / blockSize),
    ];
    const model = { ...decodeOnnxModel(written.onnx), nodes: [node], tensors };
    return findProducts(model, new Map([['weights', new Uint8Array(4096)]]));
  };
  expect(find(16)).toHaveLength(1);
  for (const blockSize of [1, 8, 24]) expect(() => find(blockSize)).toThrow(ForeignGraph);
});

describe('reading a graph back', () => {
  it.each(['rank1', 'transformersjs'] as const)('gives the %s graph byte for byte', async (layout) => {
    const { onnx } = await write(layout, 'q4');
    expect(encodeOnnxModel(decodeOnnxModel(onnx), 'rank1-rerank convert')).toEqual(onnx);
  });

  it('refuses every changed graph, or rewrites what it says', () => {
    const files = dataFiles(written.externalData);
    const random = new SeededRandom(11);
    const outcomes = { refused: 0, rewritten: 0 };
    for (let count = 0; count < 400; count++) {
      const changed = changedGraph(written.onnx, random);
      try {
        const model = decodeOnnxModel(changed);
        const products = findProducts(model, files);
        expandGraph(model, products, {
          form: 'int8',
          explicitAttention: true,
          turns: findTurns(model, products, files),
        });
        outcomes.rewritten++;
      } catch (error) {
        expect(error).toBeInstanceOf(ForeignGraph);
        outcomes.refused++;
      }
    }
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(outcomes.rewritten).toBeGreaterThan(0);
  });
});

describe('expanding a model', () => {
  const request = { preference: 'exact', device: 'wasm', memoryGib: 8 } as const;

  it('makes a weight when its bytes are asked for, all in one memory', async () => {
    const { files } = await expandModel(written, request);
    const made = files.externalData.filter(({ path }) => path.endsWith('.fp32'));
    expect(made.length).toBeGreaterThan(2);
    const readAll = () =>
      made.map(({ data }) => {
        const { byteLength } = data as Uint8Array;
        return (data as Uint8Array).subarray(0, byteLength);
      });
    const sizes = readAll().map(({ length }) => length);
    // The second time there is room for each of them.
    const buffers = new Set(readAll().map(({ buffer }) => buffer));
    expect(buffers.size).toBe(1);
    expect([...buffers][0]!.byteLength).toBeLessThan(1.5 * Math.max(...sizes) + 3 * 65_536);
    const [first] = made;
    const again = (first!.data as Uint8Array).subarray(0, 64).slice();
    expect(again.some((byte) => byte !== 0)).toBe(true);
    expect(again).toEqual((first!.data as Uint8Array).subarray(0, 64));
  });

  it('leaves the files as they are on a GPU, unread', async () => {
    const blob = { arrayBuffer: () => Promise.reject(new Error('was read')) } as unknown as Blob;
    const files = { ...written, externalData: [{ path: 'a', data: blob }] };
    const expanded = await expandModel(files, { ...request, device: 'webgpu' });
    expect(expanded.files.externalData).toBe(files.externalData);
    expect(expanded.plan.form).toBe('stored');
  });

  it('leaves a foreign graph and truncated weights to the runtime', async () => {
    const foreign = { ...written, onnx: Uint8Array.of(0x50, 1) };
    const truncated = {
      ...written,
      externalData: written.externalData.map(({ path, data }) => ({ path, data: data.slice(0, 100) })),
    };
    for (const files of [foreign, truncated]) {
      const expanded = await expandModel(files, request);
      expect(expanded.plan).toMatchObject({ arithmetic: 'exact', form: 'stored', peakBytes: null });
      expect(expanded.files).toEqual({ onnx: files.onnx, externalData: files.externalData });
      expect(expanded.returnsNewTokens).toBe(false);
    }
  });

  it('leaves it as stored without the memory, and says so', async () => {
    const { files, plan } = await expandModel(written, { ...request, memoryGib: 0 });
    expect(plan.form).toBe('stored');
    expect(plan.reason).toMatch(
      /^Loading with 32-bit weights takes \d+ MB, which this device did not have\. /,
    );
    expect(operatorsOf(files.onnx)).toContain('MatMulNBits');
    expect(files.externalData).toEqual(written.externalData);
  });

  it('names the shapes of turned activations and of attention: where they have none, the runtime compares every two values', async () => {
    const read = async (preference: 'exact' | 'fast') => {
      const { files } = await expandModel(written, { ...request, preference, memoryGib: 8 });
      return decodeOnnxModel(files.onnx);
    };
    const [exact, fast] = [await read('exact'), await read('fast')];
    const numShapes = ({ nodes }: OnnxModel): number => nodes.filter(({ op }) => op === 'Shape').length;
    expect(fast.tensors.map(({ name }) => name)).toContain('turn.matrix');
    expect(numShapes(fast)).toBe(numShapes(exact)); // a shape that is computed has no names
    for (const { values } of [exact, fast]) expect(values).toHaveLength(4 * TINY_CONFIG.num_hidden_layers);
  });

  it('writes attention in operators on WASM, whatever the weights are, and on native code leaves it as it is', async () => {
    for (const files of [written, await write('rank1', 'fp32')]) {
      const wasm = await expandModel(files, { ...request, memoryGib: 0 });
      expect(operatorsOf(wasm.files.onnx)).not.toContain('GroupQueryAttention');
      expect(wasm.returnsNewTokens).toBe(true);
      const native = await expandModel(files, { ...request, device: 'cpu' });
      expect(operatorsOf(native.files.onnx)).toContain('GroupQueryAttention');
      expect(native.returnsNewTokens).toBe(false);
    }
  });
});

function operatorsOf(onnx: Uint8Array): string[] {
  return decodeOnnxModel(onnx).nodes.map(({ op }) => op);
}
