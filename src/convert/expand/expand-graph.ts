/**
 * The same graph with its 4- or 8-bit products replaced by products that the CPU computes faster, on weights that
 * are made when the runtime asks for them, and with attention in operators where asked for. Everything else, the
 * embedding table included, stays as it is stored.
 */
import { GraphBuilder, tensorBytes, type StoredTensor } from '../graph-builder.ts';
import { encodeOnnxModel, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx-proto.ts';
import { dequantize, splitRows, type BlockWeight } from './block-weight.ts';
import { ExplicitAttention, newTokensOnly } from './explicit-attention.ts';
import { columnScales, expandToInt8, MAX_INT8 } from './expanded-weights.ts';
import { MAX_EXPANDED_BYTES, type ProductSizes, type WeightForm } from '../../model/arithmetic-plan.ts';
import type { StoredProduct } from './stored-products.ts';

/** `fp32`: the stored numbers. `int8`: rounded again, one scale per output; activations one scale per row. */
export type ExpandedForm = 'fp32' | 'int8';

/** A weight made on demand; its name is also the name of its file. */
export interface ExpandedTensor extends StoredTensor {
  /** @param bytes of the tensor's length; all of them are written */
  fill(bytes: Uint8Array<ArrayBuffer>): void;
}

/**
 * Wider int8 weights are multiplied in parts. WASM's kernel packs a panel of 128 inputs at every call, output by output, a row
 * apart: in one piece a vocabulary took ten times as long (docs/decisions/0026-attention-in-operators.md).
 */
const MAX_INT8_OUTPUTS = 3088;

const VALUE_BYTES: Readonly<Record<ExpandedForm, number>> = { fp32: 4, int8: 1 };

function partsOf(weight: BlockWeight, form: ExpandedForm): BlockWeight[] {
  const maxRows = Math.floor(MAX_EXPANDED_BYTES / VALUE_BYTES[form] / weight.cols);
  return splitRows(weight, form === 'int8' ? Math.min(maxRows, MAX_INT8_OUTPUTS) : maxRows);
}

/** Codes shared by several products count once. */
export function productSizes(products: readonly StoredProduct[], form: ExpandedForm): ProductSizes {
  const weights = new Map(products.map(({ codesName, weight }) => [codesName, weight]));
  const sizes = [...weights.values()]
    .flatMap((weight) => partsOf(weight, form))
    .map(({ rows, cols }) => rows * cols * VALUE_BYTES[form]);
  return {
    total: sizes.reduce((sum, bytes) => sum + bytes, 0),
    largest: Math.max(...sizes),
  };
}

export interface ExpandedGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly tensors: readonly ExpandedTensor[];
}

const KEEP_DIMS = { attributes: { keepdims: { int: 1 } } } as const;
/** The kernels have no signed activations on WASM, so zero is stored as 128. */
const ZERO_POINT = 128;

export interface Rewriting {
  /** of the products; `stored`: they stay as they are */
  readonly form: WeightForm;
  /** whether attention is written in operators, and returns the keys and values of new tokens only */
  readonly explicitAttention: boolean;
}

/** @throws ForeignGraph */
export function expandGraph(
  model: OnnxModel,
  products: readonly StoredProduct[],
  { form, explicitAttention }: Rewriting,
): ExpandedGraph {
  const graph = new GraphBuilder();
  const writer = form === 'int8' ? new Int8Products(graph, model.nodes) : new Float32Products(graph);
  const byNode = new Map(form === 'stored' ? [] : products.map((product) => [product.node, product]));
  const attention = explicitAttention ? new ExplicitAttention(graph, model.inputs) : null;
  for (const node of model.nodes) {
    const product = byNode.get(node);
    if (product) writer.add(product);
    else if (attention && node.op === 'GroupQueryAttention') attention.add(node);
    else copyNode(graph, node);
  }
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const tensors: OnnxTensor[] = [
    ...model.tensors.filter((tensor) => read.has(tensor.name)),
    ...graph.inlineTensors,
    ...writer.tensors.map(located),
  ];
  const { name, inputs } = model;
  const outputs = attention ? newTokensOnly(model.outputs) : model.outputs;
  const onnx = encodeOnnxModel({ name, nodes: graph.nodes, inputs, outputs, tensors }, 'rank1-rerank');
  return { onnx, tensors: writer.tensors };
}

function copyNode(graph: GraphBuilder, { name, op, domain, inputs, outputs, attributes }: OnnxNode): void {
  const base = name.endsWith(`/${op}`) ? name.slice(0, -op.length - 1) : name;
  graph.multiNode(op, base, inputs, outputs, { ...(domain && { domain }), attributes });
}

function floats({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return new Float32Array(buffer, byteOffset, length / 4);
}

function located({ name, type, dims }: ExpandedTensor): OnnxTensor {
  const length = tensorBytes({ name, type, dims });
  return { name, type, dims, data: { file: name, offset: 0, length } };
}

interface Multiplication {
  /** of the product */
  readonly name: string;
  readonly x: string;
  readonly weightName: string;
  readonly weight: BlockWeight;
}

abstract class Products {
  readonly tensors: ExpandedTensor[] = [];
  protected readonly graph: GraphBuilder;
  protected abstract readonly form: ExpandedForm;
  readonly #stored = new Set<string>();

  constructor(graph: GraphBuilder) {
    this.graph = graph;
  }

  add({ node, weight, codesName, bias }: StoredProduct): void {
    const output = node.outputs[0]!;
    const name = bias === null ? output : `${output}.product`;
    const x = node.inputs[0]!;
    const parts = partsOf(weight, this.form);
    if (parts.length === 1) this.multiply({ name, x, weightName: codesName, weight });
    else {
      const products = parts.map((part, nth) =>
        this.multiply({
          name: `${name}.${nth}`,
          x,
          weightName: `${codesName}.${nth}`,
          weight: part,
        }),
      );
      this.graph.node('Concat', name, products, { attributes: { axis: { int: -1 } } });
    }
    if (bias !== null) this.graph.node('Add', output, [name, bias]);
  }

  /** Adds x [..., cols] times the weight, [..., rows]; returns the product's name. */
  protected abstract multiply(multiplication: Multiplication): string;

  /** Adds a weight once, however many products read it. */
  protected store(tensor: ExpandedTensor): string {
    if (!this.#stored.has(tensor.name)) this.tensors.push(tensor);
    this.#stored.add(tensor.name);
    return tensor.name;
  }
}

class Float32Products extends Products {
  protected readonly form = 'fp32';

  protected multiply({ name, x, weightName, weight }: Multiplication): string {
    const stored = this.store({
      name: `${weightName}.fp32`,
      type: 'float32',
      dims: [weight.rows, weight.cols],
      fill: (bytes) => dequantize(weight, floats(bytes)),
    });
    return this.graph.node('FusedMatMul', name, [x, stored], {
      domain: 'com.microsoft',
      attributes: { transB: { int: 1 } },
    });
  }
}

/**
 * x [..., K] times W [K, N], m = max|x| of a row: integers u = round(127 x / m) times the int8 codes, summed exactly;
 * times 1 / 127 and the output's scale; times m. No row sees another.
 */
class Int8Products extends Products {
  protected readonly form = 'int8';
  readonly #activations = new Map<string, { readonly codes: string; readonly magnitudes: string }>();
  readonly #normalised: ReadonlySet<string>;
  #constants: Readonly<Record<'axis' | 'step' | 'zeroPoint', string>> | null = null;

  /** @param nodes of the stored graph */
  constructor(graph: GraphBuilder, nodes: readonly OnnxNode[]) {
    super(graph);
    const normalisations = nodes.filter(({ op }) => op.endsWith('LayerNormalization'));
    this.#normalised = new Set(normalisations.map(({ outputs }) => outputs[0]!));
  }

  protected multiply({ name, x, weightName, weight }: Multiplication): string {
    const { graph } = this;
    const { step, zeroPoint } = this.#constant();
    const activations = this.#quantize(x);
    let made: Float32Array | null = null;
    const scalesOnce = (): Float32Array => (made ??= columnScales(weight));
    const codes = this.store({
      name: `${weightName}.int8`,
      type: 'int8',
      dims: [weight.cols, weight.rows],
      fill: ({ buffer, byteOffset, length }) =>
        expandToInt8(weight, scalesOnce(), new Int8Array(buffer, byteOffset, length)),
    });
    const scales = this.store({
      name: `${weightName}.int8_scales`,
      type: 'float32',
      dims: [weight.rows],
      fill: (bytes) => floats(bytes).set(scalesOnce()),
    });
    const inputs = [activations.codes, codes, step, scales, zeroPoint];
    const sums = graph.node('MatMulIntegerToFloat', `${name}.sums`, inputs, { domain: 'com.microsoft' });
    return graph.node('Mul', name, [sums, activations.magnitudes]);
  }

  /** Once per activation: gate and up read the same. Of a row of zeros the codes are finite, and times 0. */
  #quantize(x: string): { readonly codes: string; readonly magnitudes: string } {
    const done = this.#activations.get(x);
    if (done) return done;
    const { graph } = this;
    const { axis, step, zeroPoint } = this.#constant();
    const absolute = graph.node('Abs', `${x}.absolute`, [x]);
    const magnitudes = graph.node('ReduceMax', `${x}.magnitudes`, [absolute, axis], KEEP_DIMS);
    const quotients = graph.node('Div', `${x}.quotients`, [x, magnitudes]);
    const codes = graph.node('QuantizeLinear', `${x}.codes`, [quotients, step, zeroPoint]);
    // What a normalisation read reaches the last product, with its infinities: nothing is lost here.
    const isNormalised = this.#normalised.has(x);
    const result = { codes, magnitudes: isNormalised ? magnitudes : this.#keepNaN(x, magnitudes) };
    this.#activations.set(x, result);
    return result;
  }

  /** Not a number for rows with one: ReduceMax may pass over it. The mean of a row is at most its largest magnitude. */
  #keepNaN(x: string, magnitudes: string): string {
    const means = this.graph.node('ReduceMean', `${x}.means`, [x, this.#constant().axis], KEEP_DIMS);
    return this.graph.node('Max', `${x}.kept`, [magnitudes, means]);
  }

  #constant() {
    const { graph } = this;
    this.#constants ??= {
      axis: graph.constant('int8.axis', 'int64', [-1], [1]),
      step: graph.constant('int8.step', 'float32', [1 / MAX_INT8], []),
      zeroPoint: graph.constant('int8.zero_point', 'uint8', [ZERO_POINT], []),
    };
    return this.#constants;
  }
}
