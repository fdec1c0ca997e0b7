/**
 * The same graph with its 4- or 8-bit products replaced by products that the CPU computes faster, on weights that
 * are made when the runtime asks for them, and with attention in operators where asked for. Everything else, the
 * embedding table included, stays as it is stored.
 */
import { GraphBuilder, tensorBytes } from '../graph-builder.ts';
import { encodeOnnxModel, type OnnxModel, type OnnxTensor } from '../onnx-proto.ts';
import { ExplicitAttention, newTokensOnly } from './explicit-attention.ts';
import { Int8Products } from './int8-products.ts';
import { copyNode, Float32Products, type ExpandedTensor } from './products.ts';
import type { WeightForm } from '../../model/arithmetic-plan.ts';
import type { StoredProduct } from './stored-products.ts';
import type { Turns } from './turns.ts';

export interface ExpandedGraph {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly tensors: readonly ExpandedTensor[];
}

export interface Rewriting {
  /** of the products; `stored`: they stay as they are */
  readonly form: WeightForm;
  /** whether attention is written in operators, and returns the keys and values of new tokens only */
  readonly explicitAttention: boolean;
  /** what of an int8 graph is turned; null: nothing */
  readonly turns: Turns | null;
}

/** @throws ForeignGraph */
export function expandGraph(
  model: OnnxModel,
  products: readonly StoredProduct[],
  { form, explicitAttention, turns }: Rewriting,
): ExpandedGraph {
  const graph = new GraphBuilder();
  const int8 = form === 'int8' ? new Int8Products(graph, model.nodes, turns) : null;
  const writer = int8 ?? new Float32Products(graph);
  const byNode = new Map(form === 'stored' ? [] : products.map((product) => [product.node, product]));
  const attention = explicitAttention ? new ExplicitAttention(graph, model.inputs) : null;
  for (const node of model.nodes) {
    const product = byNode.get(node);
    if (product) writer.add(product);
    else if (attention && node.op === 'GroupQueryAttention') attention.add(node);
    else if (!int8?.turn(node)) copyNode(graph, node);
  }
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const tensors: OnnxTensor[] = [
    ...model.tensors.filter((tensor) => read.has(tensor.name)),
    ...graph.inlineTensors,
    ...writer.tensors.map(located),
  ];
  const { name, inputs } = model;
  const outputs = attention ? newTokensOnly(model.outputs) : model.outputs;
  const values = attention?.values ?? [];
  const onnx = encodeOnnxModel(
    { name, nodes: graph.nodes, inputs, outputs, tensors, values },
    'rank1-rerank',
  );
  return { onnx, tensors: writer.tensors };
}

function located({ name, type, dims }: ExpandedTensor): OnnxTensor {
  const length = tensorBytes({ name, type, dims });
  return { name, type, dims, data: { file: name, offset: 0, length } };
}
