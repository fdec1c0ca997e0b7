/** Products on weights that are made when the runtime asks for them. */
import type { GraphBuilder, StoredTensor } from '../graph-builder.ts';
import type { OnnxNode } from '../onnx-proto.ts';
import { splitRows, type BlockWeight } from './block-weight.ts';
import { WeightExpander } from './expanded-weights.ts';
import { MAX_EXPANDED_BYTES, type ProductSizes } from '../../model/arithmetic-plan.ts';
import type { StoredProduct } from './stored-products.ts';

/** `fp32`: the stored numbers. `int8`: rounded again, one scale per output; activations one scale per row. */
export type ExpandedForm = 'fp32' | 'int8';

/** A weight made on demand; its name is also the name of its file. */
export interface ExpandedTensor extends StoredTensor {
  /** @returns its bytes, which last until another is made */
  make(): Uint8Array<ArrayBuffer>;
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

export function copyNode(
  graph: GraphBuilder,
  { name, op, domain, inputs, outputs, attributes }: OnnxNode,
): void {
  const base = name.endsWith(`/${op}`) ? name.slice(0, -op.length - 1) : name;
  graph.multiNode(op, base, inputs, outputs, { ...(domain && { domain }), attributes });
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(buffer, byteOffset, byteLength);

export interface Multiplication {
  /** of the product */
  readonly name: string;
  readonly x: string;
  readonly weightName: string;
  readonly weight: BlockWeight;
  /** the whole one, of which this may be a part */
  readonly product: StoredProduct;
}

export abstract class Products {
  readonly tensors: ExpandedTensor[] = [];
  protected readonly graph: GraphBuilder;
  protected readonly expander = new WeightExpander();
  protected abstract readonly form: ExpandedForm;
  readonly #stored = new Set<string>();

  constructor(graph: GraphBuilder) {
    this.graph = graph;
  }

  add(product: StoredProduct): void {
    const { node, weight, codesName, bias } = product;
    const output = node.outputs[0]!;
    const name = bias === null ? output : `${output}.product`;
    const x = node.inputs[0]!;
    const parts = partsOf(weight, this.form);
    if (parts.length === 1) this.multiply({ name, x, weightName: codesName, weight, product });
    else {
      const products = parts.map((part, nth) =>
        this.multiply({
          name: `${name}.${nth}`,
          x,
          weightName: `${codesName}.${nth}`,
          weight: part,
          product,
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

export class Float32Products extends Products {
  protected readonly form = 'fp32';

  protected multiply({ name, x, weightName, weight }: Multiplication): string {
    const stored = this.store({
      name: `${weightName}.fp32`,
      type: 'float32',
      dims: [weight.rows, weight.cols],
      make: () => bytesOf(this.expander.toFloat32(weight)),
    });
    return this.graph.node('FusedMatMul', name, [x, stored], {
      domain: 'com.microsoft',
      attributes: { transB: { int: 1 } },
    });
  }
}
