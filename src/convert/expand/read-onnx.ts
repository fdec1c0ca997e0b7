/**
 * Decodes what onnx-proto.ts encodes, and refuses every field, type or version that it never writes: a graph that is
 * rewritten has been understood completely. The file is untrusted; tensors are located, not read.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import {
  elementCode,
  ELEMENT_BYTES,
  type AttributeValue,
  type ElementType,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from '../onnx-proto.ts';

/** A graph that the converter did not write. */
export class ForeignGraph extends Error {}

type Take = (reader: BinaryReader, wireType: WireType) => void;
type Fields = Readonly<Record<number, Take>>;

/** @throws ForeignGraph */
export function decodeOnnxModel(bytes: Uint8Array): OnnxModel {
  const model: { graph?: OnnxModel } = {};
  try {
    readFields(bytes, {
      1: (reader) => expect(Number(reader.int64()) === 10, 'IR version'),
      2: (reader) => void reader.string(),
      7: (reader) => (model.graph = readGraph(reader.bytes())),
      8: (reader) => readOperatorSet(reader.bytes()),
    });
  } catch (error) {
    throw error instanceof ForeignGraph ? error : new ForeignGraph(String(error));
  }
  const { graph } = model;
  if (!graph) return fail('end: no graph');
  const names = [graph.tensors.map(({ name }) => name), ...graph.nodes.map(({ outputs }) => outputs)]
    .flat()
    .filter((name) => name !== '');
  expect(new Set(names).size === names.length, 'name that is given twice');
  return graph;
}

function readOperatorSet(bytes: Uint8Array): void {
  let domain = '';
  let version = 0;
  readFields(bytes, {
    1: (reader) => (domain = reader.string()),
    2: (reader) => (version = Number(reader.int64())),
  });
  expect((domain === '' && version === 21) || (domain === 'com.microsoft' && version === 1), 'operator set');
}

function readGraph(bytes: Uint8Array): OnnxModel {
  let name = '';
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const values: OnnxValue[] = [];
  readFields(bytes, {
    1: (reader) => nodes.push(readNode(reader.bytes())),
    2: (reader) => (name = reader.string()),
    5: (reader) => tensors.push(readTensor(reader.bytes())),
    11: (reader) => inputs.push(readValue(reader.bytes())),
    12: (reader) => outputs.push(readValue(reader.bytes())),
    13: (reader) => values.push(readValue(reader.bytes())),
  });
  return { name, nodes, tensors, inputs, outputs, values };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const [inputs, outputs]: string[][] = [[], []];
  const attributes: Record<string, AttributeValue> = {};
  let [name, op, domain] = ['', '', ''];
  readFields(bytes, {
    1: (reader) => inputs!.push(reader.string()),
    2: (reader) => outputs!.push(reader.string()),
    3: (reader) => (name = reader.string()),
    4: (reader) => (op = reader.string()),
    5: (reader) => {
      const [key, value] = readAttribute(reader.bytes());
      attributes[key] = value;
    },
    7: (reader) => (domain = reader.string()),
  });
  if (domain !== '' && domain !== 'com.microsoft') return fail('domain');
  return { name, op, domain, inputs: inputs!, outputs: outputs!, attributes };
}

function readAttribute(bytes: Uint8Array): [string, AttributeValue] {
  let name = '';
  let float = 0;
  let int = 0;
  let type = 0;
  const ints: number[] = [];
  readFields(bytes, {
    1: (reader) => (name = reader.string()),
    2: (reader) => (float = reader.float()),
    3: (reader) => (int = Number(reader.int64())),
    8: (reader, wireType) => {
      expect(wireType === WireType.Varint, 'attribute');
      ints.push(Number(reader.int64()));
    },
    20: (reader) => (type = reader.int32()),
  });
  expect(name !== '__proto__', 'attribute');
  if (type === 1) return [name, { float }];
  if (type === 2) return [name, { int }];
  return type === 7 ? [name, { ints }] : fail('attribute');
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const dims: number[] = [];
  const external = new Map<string, string>();
  let name = '';
  let code = 0;
  let data: Uint8Array | null = null;
  readFields(bytes, {
    1: (reader, wireType) => {
      expect(wireType === WireType.Varint, 'dimension');
      dims.push(Number(reader.int64()));
    },
    2: (reader) => (code = reader.int32()),
    8: (reader) => (name = reader.string()),
    9: (reader) => (data = reader.bytes()),
    13: (reader) => {
      const [key, value] = readEntry(reader.bytes());
      external.set(key, value);
    },
    14: (reader) => expect(reader.int32() === 1, 'data location'),
  });
  const type = elementType(code);
  const numBytes = dims.reduce((product, dim) => product * dim, ELEMENT_BYTES[type]);
  expect(dims.every((dim) => dim >= 0) && Number.isSafeInteger(numBytes), 'dimensions');
  if (data) return { name, type, dims, data };
  const [offset, length] = [Number(external.get('offset')), Number(external.get('length'))];
  expect(Number.isSafeInteger(offset) && offset >= 0 && length === numBytes, 'location');
  return { name, type, dims, data: { file: external.get('location') ?? '', offset, length } };
}

function readValue(bytes: Uint8Array): OnnxValue {
  let name = '';
  let code = 0;
  const dims: (number | string)[] = [];
  const readDim = (dim: Uint8Array): void =>
    readFields(dim, {
      1: (reader) => dims.push(Number(reader.int64())),
      2: (reader) => dims.push(reader.string()),
    });
  const readShape = (shape: Uint8Array): void =>
    readFields(shape, { 1: (reader) => readDim(reader.bytes()) });
  const readTensorType = (tensor: Uint8Array): void =>
    readFields(tensor, {
      1: (reader) => (code = reader.int32()),
      2: (reader) => readShape(reader.bytes()),
    });
  readFields(bytes, {
    1: (reader) => (name = reader.string()),
    2: (reader) => readFields(reader.bytes(), { 1: (type) => readTensorType(type.bytes()) }),
  });
  return { name, type: elementType(code), dims };
}

function readEntry(bytes: Uint8Array): [key: string, value: string] {
  const entry: [string, string] = ['', ''];
  readFields(bytes, {
    1: (reader) => (entry[0] = reader.string()),
    2: (reader) => (entry[1] = reader.string()),
  });
  return entry;
}

function elementType(code: number): ElementType {
  const types = Object.keys(ELEMENT_BYTES) as ElementType[];
  return types.find((type) => elementCode(type) === code) ?? fail('element type');
}

function readFields(bytes: Uint8Array, fields: Fields): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    (fields[field] ?? fail(`field ${field}`))(reader, wireType);
  }
}

function expect(holds: boolean, what: string): void {
  if (!holds) fail(what);
}

function fail(what: string): never {
  throw new ForeignGraph(`unexpected ${what}`);
}
