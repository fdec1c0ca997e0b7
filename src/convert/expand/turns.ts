/**
 * What of a stored graph can be turned (hadamard.ts), so that activations round well.
 *
 * The residual stream, if nothing but products and RMS norms writes and reads it, at no cost: what writes it writes it
 * turned, an RMS norm of it gives the turned values of what it gave before, and the weights of what reads it are
 * turned, with the norm's gain in them. And what an activation function gated, which is turned where it is read.
 */
import type { OnnxModel, OnnxNode } from '../onnx-proto.ts';
import { NOT_TURNED, type Turn } from './expanded-weights.ts';
import { ROTATED } from './hadamard.ts';
import { floatsOf, type DataFiles, type StoredProduct } from './stored-products.ts';

export interface Turns {
  /** the first value of the stream, what is looked up for the tokens; null: the stream stays as it is */
  readonly embedded: string | null;
  /** the norms of the stream, whose gains are in the weights instead */
  readonly norms: ReadonlySet<OnnxNode>;
  /** values of the stream, for each token */
  readonly width: number;
  /** activations that are turned where they are read */
  readonly gated: ReadonlySet<string>;
  of(product: StoredProduct): Turn;
}

/** @throws ForeignGraph if a gain is not in the files, or not finite */
export function findTurns(model: OnnxModel, products: readonly StoredProduct[], files: DataFiles): Turns {
  const multiplied = new Set(model.nodes.filter(({ op }) => op === 'Mul').map(({ outputs }) => outputs[0]!));
  // Products of one matrix share what is made of it, so that none of them is turned.
  const numUses = new Map<string, number>();
  for (const { codesName } of products) numUses.set(codesName, (numUses.get(codesName) ?? 0) + 1);
  const isShared = ({ codesName }: StoredProduct): boolean => numUses.get(codesName) !== 1;
  const gated = products.filter(
    (product) =>
      multiplied.has(product.node.inputs[0]!) && product.weight.cols % ROTATED === 0 && !isShared(product),
  );
  const stream = new StreamReader(model, products);
  const isStreamTurned = stream.isUnderstood() && ![...stream.gains.keys(), ...stream.writers].some(isShared);
  const tensors = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const gains = new Map(
    [...(isStreamTurned ? stream.gains : [])].map(([product, name]) => [
      product,
      floatsOf(tensors.get(name), product.weight.cols, files),
    ]),
  );
  return {
    embedded: isStreamTurned ? stream.embedded : null,
    norms: isStreamTurned ? stream.norms : new Set(),
    width: gains.keys().next().value?.weight.cols ?? 0,
    gated: new Set(gated.map(({ node }) => node.inputs[0]!)),
    of: (product) => {
      const gain = gains.get(product) ?? null;
      const inputs = gain !== null || gated.includes(product);
      const outputs = isStreamTurned && stream.writers.has(product);
      return inputs || outputs ? { gain, inputs, outputs } : NOT_TURNED;
    },
  };
}

const NORM = 'SimplifiedLayerNormalization';
const NORM_OF_SUM = 'SkipSimplifiedLayerNormalization';
/** They move tokens, not channels. */
const MOVES: readonly string[] = ['Reshape', 'Gather', 'Identity'];

/** Follows the stream through the graph. */
class StreamReader {
  embedded: string | null = null;
  readonly norms = new Set<OnnxNode>();
  /** by product that reads a norm: the name of the norm's gain */
  readonly gains = new Map<StoredProduct, string>();
  readonly writers = new Set<StoredProduct>();
  readonly #model: OnnxModel;
  readonly #byNode: ReadonlyMap<OnnxNode, StoredProduct>;
  readonly #byOutput: ReadonlyMap<string, StoredProduct>;
  readonly #numReads = new Map<string, number>();
  readonly #stream = new Set<string>();
  /** by a norm's output, also of picked tokens: the name of its gain */
  readonly #normalised = new Map<string, string>();

  constructor(model: OnnxModel, products: readonly StoredProduct[]) {
    this.#model = model;
    this.#byNode = new Map(products.map((product) => [product.node, product]));
    this.#byOutput = new Map(products.map((product) => [product.node.outputs[0]!, product]));
    for (const name of model.nodes.flatMap(({ inputs }) => inputs))
      this.#numReads.set(name, (this.#numReads.get(name) ?? 0) + 1);
  }

  /** @returns whether all that writes and reads the stream is known, and can be turned */
  isUnderstood(): boolean {
    const { nodes, outputs } = this.#model;
    const lookup = nodes.findIndex(({ op }) => op === 'GatherBlockQuantized');
    const joined = nodes[lookup + 1];
    if (lookup < 0 || joined?.op !== 'Reshape') return false;
    this.embedded = joined.outputs[0]!;
    this.#stream.add(this.embedded);
    if (!nodes.slice(lookup + 2).every((node) => this.#isKnown(node))) return false;
    if (outputs.some(({ name }) => this.#isTurned(name))) return false;
    return this.gains.size > 0;
  }

  #isTurned(name: string): boolean {
    return this.#stream.has(name) || this.#normalised.has(name);
  }

  #isKnown(node: OnnxNode): boolean {
    const [x = '', second = '', third = ''] = node.inputs;
    if (!node.inputs.some((name) => this.#isTurned(name))) return true;
    if (MOVES.includes(node.op) && !this.#isTurned(second)) {
      const gain = this.#normalised.get(x);
      if (gain === undefined) this.#stream.add(node.outputs[0]!);
      else this.#normalised.set(node.outputs[0]!, gain);
      return true;
    }
    if (node.op === NORM) return this.#stream.has(x) && this.#addNorm(node, second);
    if (node.op === NORM_OF_SUM) {
      const writer = this.#byOutput.get(second);
      if (!this.#stream.has(x) || !writer || writer.bias !== null || this.#numReads.get(second) !== 1)
        return false;
      this.writers.add(writer);
      if (node.outputs[3]) this.#stream.add(node.outputs[3]);
      return writer.weight.rows % ROTATED === 0 && this.#addNorm(node, third);
    }
    const product = this.#byNode.get(node);
    const gain = this.#normalised.get(x);
    if (!product || gain === undefined) return false;
    this.gains.set(product, gain);
    return true;
  }

  #addNorm(node: OnnxNode, gain: string): boolean {
    this.norms.add(node);
    this.#normalised.set(node.outputs[0]!, gain);
    return true;
  }
}
