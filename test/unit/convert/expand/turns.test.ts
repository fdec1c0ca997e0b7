/** What is turned in a graph as the converter writes it, and that it is left alone where that would change what is computed. */
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../../src/convert/convert-model.ts';
import { expandGraph } from '../../../../src/convert/expand/expand-graph.ts';
import { hadamardMatrix, ROTATED } from '../../../../src/convert/expand/hadamard.ts';
import { decodeOnnxModel } from '../../../../src/convert/expand/read-onnx.ts';
import { dataFiles, findProducts } from '../../../../src/convert/expand/stored-products.ts';
import { findTurns } from '../../../../src/convert/expand/turns.ts';
import type { OnnxModel } from '../../../../src/convert/onnx-proto.ts';
import { parseManifest } from '../../../../src/model/manifest.ts';
import { TINY_CONFIG } from '../../../fakes/tiny-config.ts';
import { MemoryOutput } from '../support/memory-folder.ts';
import { convertOptions } from '../support/options.ts';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.ts';

ort.env.wasm.numThreads = 1;

describe('the rotation', () => {
  it('is an orthonormal matrix of equal magnitudes, its own inverse', () => {
    const matrix = hadamardMatrix();
    expect(matrix).toHaveLength(ROTATED ** 2);
    for (const value of matrix) expect(Math.abs(value)).toBe(0.25);
    const row = (at: number) => [...matrix.subarray(at * ROTATED, (at + 1) * ROTATED)];
    for (let a = 0; a < ROTATED; a++) {
      for (let b = 0; b < ROTATED; b++) {
        const product = row(a).reduce((sum, value, at) => sum + value * row(b)[at]!, 0);
        expect(product).toBe(a === b ? 1 : 0);
      }
    }
  });
});

const LLAMA = { ...TINY_CONFIG, architectures: ['LlamaForCausalLM'], model_type: 'llama' };
const QWEN3 = { ...TINY_CONFIG, architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', head_dim: 16 };

async function convert(config: object) {
  const output = new MemoryOutput();
  const options = convertOptions({ dtype: 'q4', layout: 'rank1' });
  await convertModel(new SyntheticCheckpoint({ ...config }, 'exact'), output, options);
  const { onnx, externalData } = parseManifest(JSON.parse(output.text('rank1.json'))).models['q4']!;
  const files = externalData.map((path) => ({
    path: path.slice(path.lastIndexOf('/') + 1),
    data: output.files.get(path)!,
  }));
  return { onnx: output.files.get(onnx)!, files };
}

async function turnsOf(config: object, change: (model: OnnxModel) => OnnxModel = (model) => model) {
  const { onnx, files } = await convert(config);
  const model = change(decodeOnnxModel(onnx));
  const products = findProducts(model, dataFiles(files));
  return { model, products, turns: findTurns(model, products, dataFiles(files)) };
}

describe('what is turned', () => {
  it.each([
    ['Qwen2, tied', TINY_CONFIG],
    ['Llama, untied', { ...LLAMA, tie_word_embeddings: false }],
    ['Qwen3, with norms of its heads', QWEN3],
  ])(
    'of %s is all that reads and writes the residual stream, and the gated activations',
    async (_, config) => {
      const { turns, products } = await turnsOf(config);
      const numLayers = TINY_CONFIG.num_hidden_layers;
      expect(turns.embedded).toBe('embed_tokens.output');
      expect(turns.norms.size).toBe(2 * numLayers + 1);
      expect(turns.width).toBe(TINY_CONFIG.hidden_size);
      const named = (part: string) => products.filter(({ node }) => node.name.includes(part)).map(turns.of);
      for (const part of ['qkv_proj', 'gate_proj', 'up_proj', 'lm_head']) {
        const found = named(part);
        expect(found.length).toBe(part === 'lm_head' ? 1 : numLayers);
        for (const turn of found) {
          expect(turn).toMatchObject({ inputs: true, outputs: false });
          expect(turn.gain).toHaveLength(TINY_CONFIG.hidden_size);
        }
      }
      expect(named('o_proj')).toEqual(Array(numLayers).fill({ gain: null, inputs: false, outputs: true }));
      expect(named('down_proj')).toEqual(Array(numLayers).fill({ gain: null, inputs: true, outputs: true }));
    },
  );

  it.each<[string, object, (model: OnnxModel) => OnnxModel]>([
    ['a bias is added to the stream', TINY_CONFIG, withBias('layers.0.o_proj.output')],
    ['a matrix of it is multiplied with something else too', TINY_CONFIG, withSharedMatrix()],
    ['the stream is an output', TINY_CONFIG, withOutput('layers.1.input_layernorm.residual')],
    ['a norm of it is an output', TINY_CONFIG, withOutput('norm')],
    ['something else reads it', TINY_CONFIG, withReader('layers.1.input_layernorm.residual')],
    ['something else reads what a product adds to it', TINY_CONFIG, withReader('layers.0.o_proj.output')],
  ])('is not the stream where %s', async (_, config, change) => {
    const { turns, products } = await turnsOf(config, change);
    expect(turns.embedded).toBeNull();
    expect(turns.norms.size).toBe(0);
    for (const product of products)
      expect(turns.of(product)).toEqual({
        gain: null,
        inputs: product.node.name.includes('down_proj'),
        outputs: false,
      });
  });

  it('leaves what a model computes as it was, but for rounding', async () => {
    const { onnx, files } = await convert(QWEN3);
    const model = decodeOnnxModel(onnx);
    const products = findProducts(model, dataFiles(files));
    const turns = findTurns(model, products, dataFiles(files));
    const exact = await logits(
      expandGraph(model, products, { form: 'fp32', explicitAttention: false, turns }),
      files,
    );
    const rounded = (turnedOrNot: typeof turns | null) =>
      logits(
        expandGraph(model, products, { form: 'int8', explicitAttention: false, turns: turnedOrNot }),
        files,
      );
    const error = (actual: Float32Array) =>
      Math.sqrt(actual.reduce((sum, value, at) => sum + (value - exact[at]!) ** 2, 0));
    const size = Math.sqrt(exact.reduce((sum, value) => sum + value ** 2, 0));
    expect(error(await rounded(turns)) / size).toBeLessThan(0.05);
    expect(error(await rounded(null)) / size).toBeLessThan(0.05);
  });
});

function withBias(output: string): (model: OnnxModel) => OnnxModel {
  const biased = (inputs: readonly string[]) => [
    ...inputs,
    ...Array<string>(5 - inputs.length).fill(''),
    'norm.weight',
  ];
  return (model) => ({
    ...model,
    nodes: model.nodes.map((node) =>
      node.outputs[0] === output ? { ...node, inputs: biased(node.inputs) } : node,
    ),
  });
}

/** What attention of the first layer returns is multiplied by its queries' matrix as well. */
function withSharedMatrix(): (model: OnnxModel) => OnnxModel {
  return (model) => {
    const qkv = model.nodes.find(({ outputs }) => outputs[0] === 'layers.0.qkv_proj.output')!;
    const inputs = ['layers.0.attention', ...qkv.inputs.slice(1)];
    return {
      ...model,
      nodes: [...model.nodes, { ...qkv, name: 'other/MatMulNBits', inputs, outputs: ['other'] }],
    };
  };
}

function withOutput(name: string): (model: OnnxModel) => OnnxModel {
  return (model) => ({
    ...model,
    outputs: [...model.outputs, { name, type: 'float32', dims: ['B', 'S', 64] }],
  });
}

function withReader(name: string): (model: OnnxModel) => OnnxModel {
  return (model) => ({
    ...model,
    nodes: [
      ...model.nodes,
      { name: 'other/Abs', op: 'Abs', domain: '', inputs: [name], outputs: ['other'], attributes: {} },
    ],
  });
}

/** Of the last token of one row of eight. */
async function logits(
  { onnx, tensors }: ReturnType<typeof expandGraph>,
  files: readonly { path: string; data: Uint8Array }[],
): Promise<Float32Array> {
  const made = tensors.map((tensor) => ({ path: tensor.name, data: tensor.make().slice() }));
  const session = await ort.InferenceSession.create(onnx, { externalData: [...files, ...made] });
  const ints = (values: readonly number[], dims: readonly number[]) =>
    new ort.Tensor('int32', Int32Array.from(values), dims);
  const past = session.inputNames
    .filter((name) => name.startsWith('past'))
    .map((name) => [name, new ort.Tensor('float32', new Float32Array(2 * 16 * 16), [1, 2, 16, 16])] as const);
  const outputs = await session.run({
    input_ids: ints([5, 99, 200, 7, 31, 250, 66, 12], [1, 8]),
    seqlens_k: ints([7], [1]),
    total_sequence_length: ints([8], [1]),
    last_index: ints([7], [1]),
    watched_token_ids: ints([0], [1]),
    ...Object.fromEntries(past),
  });
  await session.release();
  return outputs['logits']!.data as Float32Array;
}
