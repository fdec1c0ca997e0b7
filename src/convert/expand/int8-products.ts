/** Products in 8-bit integers. */
import { ONNX_INPUTS } from '../../model/onnx-io.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { OnnxNode } from '../onnx-proto.ts';
import type { BlockWeight } from './block-weight.ts';
import { MAX_INT8, NOT_TURNED, type Turn, type WeightExpander } from './expanded-weights.ts';
import { bytesOf, copyNode, Products, type Multiplication } from './products.ts';
import { TurnNodes } from './turn-nodes.ts';
import type { Turns } from './turns.ts';

const KEEP_DIMS = { attributes: { keepdims: { int: 1 } } } as const;
/** The kernels have no signed activations on WASM, so zero is stored as 128. */
const ZERO_POINT = 128;
/** Rank of what all tokens have, [B, S, K], and of what the picked ones have, [R, K]. */
const [ALL_TOKENS, PICKED_TOKENS] = [3, 2];

/** Codes and scales are made together, and the runtime asks for either first. */
class ExpandedOnce {
  readonly #expander: WeightExpander;
  readonly #weight: BlockWeight;
  readonly #turn: Turn;
  #codes: Int8Array<ArrayBuffer> | null = null;
  #scales: Float32Array<ArrayBuffer> | null = null;

  constructor(expander: WeightExpander, weight: BlockWeight, turn: Turn) {
    this.#expander = expander;
    this.#weight = weight;
    this.#turn = turn;
  }

  codes(): Int8Array<ArrayBuffer> {
    const waiting = this.#codes;
    this.#codes = null;
    if (waiting) return this.#expander.release(waiting);
    const { codes, scales } = this.#expander.toInt8(this.#weight, this.#turn);
    this.#scales = scales.slice();
    return codes;
  }

  scales(): Float32Array<ArrayBuffer> {
    if (!this.#scales) this.#codes = this.#expander.keep(this.codes());
    return this.#scales!;
  }
}

/**
 * x [..., K] times W [K, N], m = max|x| of a row: integers u = round(127 x / m) times the int8 codes, summed exactly;
 * times 1 / 127 and the output's scale; times m. No row sees another. x is turned where it has outliers, and W with it.
 */
export class Int8Products extends Products {
  protected readonly form = 'int8';
  readonly #activations = new Map<string, { readonly codes: string; readonly magnitudes: string }>();
  readonly #normalised: ReadonlySet<string>;
  readonly #picked: ReadonlySet<string>;
  readonly #turns: Turns | null;
  readonly #turnNodes: TurnNodes;
  #constants: Readonly<Record<'axis' | 'step' | 'zeroPoint', string>> | null = null;
  #ones: string | null = null;

  /** @param nodes of the stored graph */
  constructor(graph: GraphBuilder, nodes: readonly OnnxNode[], turns: Turns | null) {
    super(graph);
    const normalisations = nodes.filter(({ op }) => op.endsWith('LayerNormalization'));
    this.#normalised = new Set(normalisations.map(({ outputs }) => outputs[0]!));
    this.#picked = pickedValues(nodes);
    this.#turns = turns;
    this.#turnNodes = new TurnNodes(graph);
  }

  /** Adds the node as the turned residual stream has it. @returns false, and adds nothing, if it has no part in that */
  turn(node: OnnxNode): boolean {
    const { graph } = this;
    const turns = this.#turns;
    if (turns?.embedded !== undefined && turns.embedded === node.outputs[0]) {
      const stored = `${turns.embedded}.stored`;
      copyNode(graph, { ...node, name: `${stored}/${node.op}`, outputs: [stored] });
      this.#turnNodes.add(stored, ALL_TOKENS, turns.width, turns.embedded);
      return true;
    }
    if (!turns?.norms.has(node)) return false;
    // The gain is in the weights behind it.
    this.#ones ??= graph.constant('turn.ones', 'float32', Array<number>(turns.width).fill(1), [turns.width]);
    copyNode(graph, { ...node, inputs: [...node.inputs.slice(0, -1), this.#ones] });
    return true;
  }

  protected multiply({ name, x, weightName, weight, product }: Multiplication): string {
    const { graph } = this;
    const { step, zeroPoint } = this.#constant();
    const turn = this.#turns?.of(product) ?? NOT_TURNED;
    const activations = this.#quantize(x, weight.cols);
    const expanded = new ExpandedOnce(this.expander, weight, turn);
    const codes = this.store({
      name: `${weightName}.int8`,
      type: 'int8',
      dims: [weight.cols, weight.rows],
      make: () => bytesOf(expanded.codes()),
    });
    const scales = this.store({
      name: `${weightName}.int8_scales`,
      type: 'float32',
      dims: [weight.rows],
      make: () => bytesOf(expanded.scales()),
    });
    const inputs = [activations.codes, codes, step, scales, zeroPoint];
    const sums = graph.node('MatMulIntegerToFloat', `${name}.sums`, inputs, { domain: 'com.microsoft' });
    return graph.node('Mul', name, [sums, activations.magnitudes]);
  }

  /** Once per activation: gate and up read the same. Of a row of zeros the codes are finite, and times 0. */
  #quantize(given: string, width: number): { readonly codes: string; readonly magnitudes: string } {
    const done = this.#activations.get(given);
    if (done) return done;
    const { graph } = this;
    const x = this.#turns?.gated.has(given)
      ? this.#turnNodes.add(given, this.#rankOf(given), width, `${given}.turned`)
      : given;
    const { axis, step, zeroPoint } = this.#constant();
    const absolute = graph.node('Abs', `${x}.absolute`, [x]);
    const magnitudes = graph.node('ReduceMax', `${x}.magnitudes`, [absolute, axis], KEEP_DIMS);
    const quotients = graph.node('Div', `${x}.quotients`, [x, magnitudes]);
    const codes = graph.node('QuantizeLinear', `${x}.codes`, [quotients, step, zeroPoint]);
    // What a normalisation read reaches the last product, with its infinities: nothing is lost here.
    const isNormalised = this.#normalised.has(given);
    const result = { codes, magnitudes: isNormalised ? magnitudes : this.#keepNaN(x, magnitudes) };
    this.#activations.set(given, result);
    return result;
  }

  /** Not a number for rows with one: ReduceMax may pass over it. The mean of a row is at most its largest magnitude. */
  #keepNaN(x: string, magnitudes: string): string {
    const means = this.graph.node('ReduceMean', `${x}.means`, [x, this.#constant().axis], KEEP_DIMS);
    return this.graph.node('Max', `${x}.kept`, [magnitudes, means]);
  }

  #rankOf(value: string): number {
    return this.#picked.has(value) ? PICKED_TOKENS : ALL_TOKENS;
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

/** Values behind the choice of the tokens that are read. @param nodes in the order they run */
function pickedValues(nodes: readonly OnnxNode[]): Set<string> {
  const picked = new Set<string>([ONNX_INPUTS.lastIndex]);
  for (const { inputs, outputs } of nodes)
    if (inputs.some((name) => picked.has(name)))
      for (const name of outputs) if (name !== '') picked.add(name);
  return picked;
}
