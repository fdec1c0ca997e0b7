/** Initializers of a written .onnx, read with a wire reader of its own, and their bytes in the files beside it. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

export interface StoredInitializer {
  readonly name: string;
  /** onnx.proto's number of the element type */
  readonly type: number;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** @param files of the model folder, by path. Initializers that lie in the .onnx itself are left out. */
export function readInitializers(
  onnxPath: string,
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Map<string, StoredInitializer> {
  const folder = onnxPath.slice(0, onnxPath.lastIndexOf('/') + 1);
  const found = new Map<string, StoredInitializer>();
  forEachField(files.get(onnxPath)!, (field, graph) => {
    if (field !== 7) return;
    forEachField(graph as Uint8Array, (graphField, tensor) => {
      if (graphField !== 5) return;
      const { external, ...described } = readTensor(tensor as Uint8Array);
      if (external.size === 0) return;
      const offset = Number(external.get('offset'));
      const file = files.get(folder + external.get('location'))!;
      const bytes = file.slice(offset, offset + Number(external.get('length')));
      found.set(described.name, { ...described, bytes });
    });
  });
  return found;
}

/** Names of the inputs of all nodes. */
export function readNodeInputs(onnx: Uint8Array): Set<string> {
  const inputs = new Set<string>();
  forEachField(onnx, (field, graph) => {
    if (field !== 7) return;
    forEachField(graph as Uint8Array, (graphField, node) => {
      if (graphField !== 1) return;
      forEachField(node as Uint8Array, (nodeField, value) => {
        if (nodeField === 1) inputs.add(text(value));
      });
    });
  });
  return inputs;
}

function readTensor(bytes: Uint8Array) {
  let name = '';
  let type = 0;
  const dims: number[] = [];
  const external = new Map<string, string>();
  forEachField(bytes, (field, value) => {
    if (field === 1) dims.push(value as number);
    else if (field === 2) type = value as number;
    else if (field === 8) name = text(value);
    else if (field === 13) {
      const entry: string[] = [];
      forEachField(value as Uint8Array, (_, part) => entry.push(text(part)));
      external.set(entry[0]!, entry[1]!);
    }
  });
  return { name, type, dims, external };
}

function forEachField(bytes: Uint8Array, visit: (field: number, value: number | Uint8Array) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.Varint) visit(field, Number(reader.int64()));
    else if (wireType === WireType.LengthDelimited) visit(field, reader.bytes());
    else reader.skip(wireType);
  }
}

const text = (value: number | Uint8Array): string => new TextDecoder().decode(value as Uint8Array);
