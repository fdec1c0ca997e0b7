/** Minimal onnx.proto encoder for a graph with external weights. Field numbers are from onnx.proto. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export type ElementType = 'float32' | 'float16' | 'uint8' | 'int8' | 'int32' | 'int64';

const ELEMENT_CODES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
};
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
};

/** onnx.proto's number for an element type, for attributes such as Cast's `to`. */
export const elementCode = (type: ElementType): number => ELEMENT_CODES[type];

export type AttributeValue =
  { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** `''` for the standard operators */
  readonly domain: '' | 'com.microsoft';
  /** an empty name omits an optional input or output */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A graph input or output; a string dimension is symbolic. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array | ExternalLocation;
}

export interface ExternalLocation {
  /** file name beside the .onnx file */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly tensors: readonly OnnxTensor[];
  /** Shapes of values between nodes that cannot be inferred. */
  readonly values?: readonly OnnxValue[];
}

/** The bytes of a ModelProto: IR version 10, opset 21, com.microsoft 1. */
export function encodeOnnxModel(model: OnnxModel, producer: string): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(10);
  text(writer, 2, producer);
  message(writer, 7, (graph) => {
    for (const node of model.nodes) message(graph, 1, (target) => writeNode(target, node));
    text(graph, 2, model.name);
    for (const tensor of model.tensors) message(graph, 5, (target) => writeTensor(target, tensor));
    for (const value of model.inputs) message(graph, 11, (target) => writeValue(target, value));
    for (const value of model.outputs) message(graph, 12, (target) => writeValue(target, value));
    for (const value of model.values ?? []) message(graph, 13, (target) => writeValue(target, value));
  });
  for (const [domain, version] of [['', 21] as const, ['com.microsoft', 1] as const]) {
    message(writer, 8, (target) => {
      text(target, 1, domain);
      target.tag(2, WireType.Varint).int64(version);
    });
  }
  return writer.finish();
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, node.name);
  text(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, (target) => {
      text(target, 1, name);
      writeAttributeValue(target, value);
    });
  }
  if (node.domain) text(writer, 7, node.domain);
}

function writeAttributeValue(writer: BinaryWriter, value: AttributeValue): void {
  if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float).tag(20, WireType.Varint).int32(1);
  } else if ('int' in value) {
    writer.tag(3, WireType.Varint).int64(value.int).tag(20, WireType.Varint).int32(2);
  } else {
    for (const item of value.ints) writer.tag(8, WireType.Varint).int64(item);
    writer.tag(20, WireType.Varint).int32(7);
  }
}

function writeTensor(writer: BinaryWriter, tensor: OnnxTensor): void {
  for (const dim of tensor.dims) writer.tag(1, WireType.Varint).int64(dim);
  writer.tag(2, WireType.Varint).int32(ELEMENT_CODES[tensor.type]);
  text(writer, 8, tensor.name);
  if (tensor.data instanceof Uint8Array) {
    writer.tag(9, WireType.LengthDelimited).bytes(tensor.data);
    return;
  }
  const { file, offset, length } = tensor.data;
  for (const [key, value] of Object.entries({
    location: file,
    offset: String(offset),
    length: String(length),
  })) {
    message(writer, 13, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
  writer.tag(14, WireType.Varint).int32(1);
}

function writeValue(writer: BinaryWriter, value: OnnxValue): void {
  text(writer, 1, value.name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(ELEMENT_CODES[value.type]);
      message(tensor, 2, (shape) => {
        for (const dim of value.dims) {
          message(shape, 1, (target) => {
            if (typeof dim === 'number') target.tag(1, WireType.Varint).int64(dim);
            else text(target, 2, dim);
          });
        }
      });
    }),
  );
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, body: (target: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body(writer);
  writer.join();
}
