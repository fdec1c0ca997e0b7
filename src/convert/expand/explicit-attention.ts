/**
 * GroupQueryAttention in single operators. The runtime's own kernel for CPUs takes several times as long, and returns the whole
 * cache with every call; these read it, and return the keys and values of the call's own tokens alone (docs/decisions/0026-attention-in-operators.md).
 * Axes: B rows, S tokens per row, M tokens the cache has room for, N heads, KV key-value heads, G = N / KV, H head size.
 */
import { ONNX_INPUTS, pastName } from '../../model/onnx-io.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { elementCode, type OnnxNode, type OnnxValue } from '../onnx-proto.ts';
import { ForeignGraph } from './read-onnx.ts';

/** Exponentials of scores this low are zero, and sums with it stay finite. */
const MASKED = -1e30;

/** Made once for all layers. */
interface Shared {
  readonly groupSize: number;
  /** int64 [B, S]: positions of the tokens */
  readonly positions: string;
  /** [B, 1, G * S, M + S]: 0 for what a token attends to, else MASKED */
  readonly bias: string;
}

export class ExplicitAttention {
  readonly #graph: GraphBuilder;
  readonly #headDim: number;
  /** Names of B and S. */
  readonly #batch: readonly [rows: string | number, tokens: string | number];
  /**
   * Shapes that the runtime cannot infer. Values of one shape share memory; for a dimension without a name it looks for memory in vain, in a
   * time that grows with the square of the number of such values.
   */
  readonly values: OnnxValue[] = [];
  #shared: Shared | null = null;

  /** @param inputs of the graph, among them the cache: [B, KV, M, H] */
  constructor(graph: GraphBuilder, inputs: readonly OnnxValue[]) {
    this.#graph = graph;
    const headDim = inputs.find(({ name }) => name === pastName(0, 'key'))?.dims[3];
    if (typeof headDim !== 'number') throw new ForeignGraph('a cache of heads of unknown size');
    this.#headDim = headDim;
    const [rows, tokens] = inputs.find(({ name }) => name === ONNX_INPUTS.inputIds)?.dims ?? [];
    if (rows === undefined || tokens === undefined) throw new ForeignGraph('tokens without dimensions');
    this.#batch = [rows, tokens];
  }

  /** Adds what `node` computes, but for its outputs 1 and 2, which become [B, KV, S, H]. */
  add(node: OnnxNode): void {
    const graph = this.#graph;
    const headDim = this.#headDim;
    const [numHeads, numKeyValueHeads] = [intOf(node, 'num_heads'), intOf(node, 'kv_num_heads')];
    const [q, k, v, pastKey, pastValue, seqlensK, , cos, sin] = node.inputs as [string, ...string[]];
    const [output, newKey, newValue] = node.outputs as [string, string, string];
    const scale = node.attributes['scale'];
    if (!scale || !('float' in scale) || !seqlensK || !cos || !sin || numHeads % numKeyValueHeads !== 0)
      throw new ForeignGraph(`attention ${node.name}`);
    const groupSize = numHeads / numKeyValueHeads;
    const { positions, bias, ...shared } = (this.#shared ??= this.#share(seqlensK, groupSize));
    if (shared.groupSize !== groupSize) throw new ForeignGraph('groups of several sizes');
    const name = (part: string) => `${output}.${part}`;
    const shape = (part: string, dims: readonly number[]) =>
      graph.constant(name(`${part}_shape`), 'int64', dims, [dims.length]);
    const numKeys = numHeads + numKeyValueHeads;

    const packed = k ? graph.node('Concat', name('qkv'), [q, k, v!], axis(-1)) : q;
    const split = graph.node('Reshape', name('split'), [
      packed,
      shape('split', [0, 0, numKeys + numKeyValueHeads, headDim]),
    ]);
    const heads = graph.node('Transpose', name('heads'), [split], HEADS_FIRST);
    const unrotated = name('unrotated');
    const parts = [heads, shape('parts', [numKeys, numKeyValueHeads])];
    graph.multiNode('Split', unrotated, parts, [unrotated, newValue], axis(1));
    const rotated = graph.node(
      'RotaryEmbedding',
      name('rotated'),
      [unrotated, positions, cos, sin],
      MICROSOFT,
    );
    const query = name('query');
    const rotatedParts = [rotated, shape('rotated', [numHeads, numKeyValueHeads])];
    graph.multiNode('Split', query, rotatedParts, [query, newKey], axis(1));

    // [B, KV, G * S, H]: the queries that share keys are one matrix.
    const grouped = graph.node('Reshape', name('grouped'), [
      query,
      shape('grouped', [0, numKeyValueHeads, -1, headDim]),
    ]);
    const scores = (part: string, keys: string) =>
      graph.node('FusedMatMul', name(part), [grouped, keys], {
        domain: 'com.microsoft',
        attributes: { transB: { int: 1 }, alpha: scale },
      });
    // All sums go in the order of positions, so that it does not matter which tokens were in the cache.
    const all = graph.node(
      'Concat',
      name('scores'),
      [scores('past_scores', pastKey!), scores('new_scores', newKey)],
      axis(-1),
    );
    const biased = graph.node('Add', name('biased'), [all, bias]);
    const probabilities = graph.node('Softmax', name('probabilities'), [biased], axis(-1));
    const values = graph.node('Concat', name('values'), [pastValue!, newValue], axis(2));
    const attended = graph.node('MatMul', name('attended'), [probabilities, values]);
    const separate = graph.node('Reshape', name('separate'), [
      attended,
      shape('separate', [0, numHeads, -1, headDim]),
    ]);
    const rows = graph.node('Transpose', name('rows'), [separate], HEADS_FIRST);
    graph.node('Reshape', output, [rows, shape('joined', [0, 0, numHeads * headDim])]);
    const [rowDim, tokenDim] = this.#batch;
    const known = (value: string, ...dims: OnnxValue['dims']) =>
      this.values.push({ name: value, type: 'float32', dims });
    known(grouped, rowDim, numKeyValueHeads, 'G*S', headDim);
    known(all, rowDim, numKeyValueHeads, 'G*S', 'M+S');
    known(values, rowDim, numKeyValueHeads, 'M+S', headDim);
    known(separate, rowDim, numHeads, tokenDim, headDim);
  }

  #share(seqlensK: string, groupSize: number): Shared {
    const graph = this.#graph;
    const name = (part: string) => `attention.${part}`;
    const int64 = (part: string, values: readonly number[], dims = [values.length]) =>
      graph.constant(name(part), 'int64', values, dims);
    const float = (part: string, value: number) => graph.constant(name(part), 'float32', [value], []);
    const [first, second, third] = [int64('first', [0]), int64('second', [1]), int64('third', [2])];
    const [zero, one] = [int64('zero', [0], []), int64('one', [1], [])];
    const [open, masked] = [float('open', 0), float('masked', MASKED)];
    const length = (part: string, of: string, dim: string) =>
      graph.node('Gather', name(part), [graph.node('Shape', name(`${part}_of`), [of]), dim]);
    const numRows = length('num_rows', ONNX_INPUTS.inputIds, first);
    const numTokens = length('num_tokens', ONNX_INPUTS.inputIds, second);
    const room = length('room', pastName(0, 'key'), third);
    const range = (part: string, limit: string) =>
      graph.node('Range', name(part), [zero, graph.node('Squeeze', name(`${part}_end`), [limit]), one]);
    const tokens = range('tokens', numTokens);
    const last = graph.node('Cast', name('last'), [seqlensK], {
      attributes: { to: { int: elementCode('int64') } },
    });
    const ends = graph.node('Add', name('ends'), [last, second]);
    const past = graph.node('Unsqueeze', name('past'), [
      graph.node('Sub', name('begins'), [ends, numTokens]),
      second,
    ]);
    const positions = graph.node('Add', name('positions'), [past, tokens]);

    // The cache: room beyond a row's own tokens is masked. [B, M] to [B, 1, G * S, M]
    const isPast = graph.node('Less', name('is_past'), [range('slots', room), past]);
    const ofPast = graph.node('Where', name('past_of_rows'), [isPast, open, masked]);
    const spread = graph.node('Unsqueeze', name('past_bias'), [ofPast, int64('middle', [1, 2])]);
    const numQueries = graph.node('Mul', name('num_queries'), [numTokens, int64('group_size', [groupSize])]);
    const concat = (part: string, values: readonly string[], along = 0) =>
      graph.node('Concat', name(part), values, axis(along));
    const pastBias = graph.node('Expand', name('past_bias_of_queries'), [
      spread,
      concat('past_shape', [second, second, numQueries, second]),
    ]);
    // The call's own tokens: none sees a later one. [S, S] to [B, 1, G * S, S]
    const isLater = graph.node('Less', name('is_later'), [
      graph.node('Unsqueeze', name('tokens_down'), [tokens, second]),
      tokens,
    ]);
    const causal = graph.node('Where', name('causal'), [isLater, masked, open]);
    const ofGroup = graph.node('Expand', name('causal_of_group'), [
      causal,
      int64('group_shape', [groupSize, 1, 1]),
    ]);
    const ofQueries = graph.node('Reshape', name('causal_of_queries'), [
      ofGroup,
      concat('causal_shape', [second, second, numQueries, numTokens]),
    ]);
    const ofRows = graph.node('Expand', name('causal_of_rows'), [
      ofQueries,
      concat('rows_shape', [numRows, second, second, second]),
    ]);
    return { groupSize, positions, bias: concat('bias', [pastBias, ofRows], -1) };
  }
}

/** The graph's output values, with the shapes that the keys and values have now. */
export function newTokensOnly(outputs: readonly OnnxValue[]): readonly OnnxValue[] {
  return outputs.map((value) => {
    const [rows, heads, , size] = value.dims;
    return value.dims.length === 4 ? { ...value, dims: [rows!, heads!, 'S', size!] } : value;
  });
}

const MICROSOFT = { domain: 'com.microsoft' } as const;
const HEADS_FIRST = { attributes: { perm: { ints: [0, 2, 1, 3] } } };
const axis = (value: number) => ({ attributes: { axis: { int: value } } });

function intOf({ name, attributes }: OnnxNode, key: string): number {
  const value = attributes[key];
  if (!value || !('int' in value)) throw new ForeignGraph(`attention ${name}`);
  return value.int;
}
