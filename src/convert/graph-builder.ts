/** Collects a graph's nodes and tensors; names are unique by construction. */
import { assert } from '../base/assert.ts';
import type { AttributeValue, ElementType, OnnxNode, OnnxTensor } from './onnx-proto.ts';
import { ELEMENT_BYTES } from './onnx-proto.ts';

/** An initializer whose bytes are written to external data later. */
export interface StoredTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
}

/** Emits a piece of one of a group's tensors: each tensor's bytes in order, tensors one after another. */
export type EmitBytes = (tensor: StoredTensor, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

/** Tensors produced in one pass over the same source weights, such as codes and scales. */
export interface WeightGroup {
  readonly tensors: readonly StoredTensor[];
  /** Bytes this pass reads from the checkpoint, for progress. */
  readonly sourceBytes: number;
  write(emit: EmitBytes): Promise<void>;
}

export interface NodeOptions {
  readonly domain?: 'com.microsoft';
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

type ConstantType = 'int32' | 'int64' | 'uint8' | 'float32';

export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly inlineTensors: OnnxTensor[] = [];
  readonly weights: WeightGroup[] = [];
  /** Tensors that reuse another tensor's bytes under a different shape, by that tensor's name. */
  readonly aliases: { readonly tensor: StoredTensor; readonly of: string }[] = [];
  readonly #names = new Set<string>();

  /** Adds an operator with one output called `name`; returns that name. */
  node(op: string, name: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.multiNode(op, name, inputs, [name], options)[0]!;
  }

  /** Adds an operator with the given outputs; an empty name omits an optional output. */
  multiNode(
    op: string,
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    options: NodeOptions = {},
  ): readonly string[] {
    for (const output of outputs) if (output) this.#claim(output);
    const { domain = '', attributes = {} } = options;
    this.nodes.push({ name: `${name}/${op}`, op, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds weights stored as external data. */
  store(group: WeightGroup): void {
    for (const tensor of group.tensors) this.#claim(tensor.name);
    this.weights.push(group);
  }

  /** Gives the bytes of the stored tensor `of` a second name and shape; returns the name. */
  alias(tensor: StoredTensor, of: string): string {
    this.#claim(tensor.name);
    this.aliases.push({ tensor, of });
    return tensor.name;
  }

  /** Adds a small constant kept inside the .onnx file; returns its name. */
  constant(name: string, type: ConstantType, values: readonly number[], dims: readonly number[]): string {
    this.#claim(name);
    this.inlineTensors.push({ name, type, dims, data: rawBytes(type, values) });
    return name;
  }

  #claim(name: string): void {
    assert(!this.#names.has(name), `graph name ${name} is used once`);
    this.#names.add(name);
  }
}

function rawBytes(type: ConstantType, values: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * ELEMENT_BYTES[type]);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (type === 'int64') view.setBigInt64(i * 8, BigInt(value), true);
    else if (type === 'int32') view.setInt32(i * 4, value, true);
    else if (type === 'uint8') view.setUint8(i, value);
    else view.setFloat32(i * 4, value, true);
  });
  return bytes;
}

export function tensorBytes(tensor: StoredTensor): number {
  return tensor.dims.reduce((product, dim) => product * dim, ELEMENT_BYTES[tensor.type]);
}

/** A typed array's bytes, without a copy. */
export function bytesOf(values: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
