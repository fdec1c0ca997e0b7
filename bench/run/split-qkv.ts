/**
 * The same model with its query, key and value products apart, as most exporters write them: what packing them is worth.
 * Rewrites the graph alone; the weights stay where they are, since the rows of each product lie together.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseModelSpec, type ModelSpec } from '../../src/model/model-spec.ts';
import { eachField } from './onnx-weights.ts';

const PARTS = ['q', 'k', 'v'] as const;
const QKV = /^layers\.\d+\.qkv_proj\.(codes|scales|bias)$/;

/** Makes `target` from the `rank1` folder `source`; both hold onnx/model_<dtype>.onnx. */
export function splitQkv(source: string, target: string, dtype: string): void {
  cpSync(source, target, { recursive: true });
  const onnxName = `onnx/model_${dtype}.onnx`;
  const spec = parseModelSpec(JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')));
  const onnx = rewriteModel(readFileSync(path.join(source, onnxName)), spec);
  writeFileSync(path.join(target, onnxName), onnx);
  const manifestPath = path.join(target, 'rank1.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as {
    files: Record<string, { bytes: number; sha256: string }>;
  };
  manifest.files[onnxName] = {
    bytes: onnx.length,
    sha256: createHash('sha256').update(onnx).digest('hex'),
  };
  writeFileSync(manifestPath, JSON.stringify(manifest));
}

function rewriteModel(model: Uint8Array, spec: ModelSpec): Uint8Array {
  return rewrite(model, (field, bytes) =>
    field === 7 ? [rewrite(bytes, (kind, part) => rewriteGraphPart(kind, part, spec))] : [bytes],
  );
}

function rewriteGraphPart(field: number, bytes: Uint8Array, spec: ModelSpec): Uint8Array[] {
  if (field === 1) return splitNode(bytes, spec);
  if (field === 5) return splitTensor(bytes, spec);
  return [bytes];
}

/** Where the rows of each part begin, and how many there are. */
function partsOf({ numHeads, numKeyValueHeads, headDim }: ModelSpec) {
  const [queries, keys] = [numHeads * headDim, numKeyValueHeads * headDim];
  const total = queries + 2 * keys;
  return { total, q: [0, queries], k: [queries, keys], v: [queries + keys, keys] } as const;
}

function splitNode(bytes: Uint8Array, spec: ModelSpec): Uint8Array[] {
  const node = fieldsOf(bytes);
  const [op, inputs] = [text(node, 4)[0], text(node, 1)];
  const output = text(node, 2)[0] ?? '';
  if (op === 'GroupQueryAttention') {
    const packed = inputs[0]!;
    return [withStrings(node, 1, [...PARTS.map((part) => `${packed}.${part}`), ...inputs.slice(3)])];
  }
  if (op !== 'MatMulNBits' || !output.endsWith('.qkv_proj.output')) return [bytes];
  const parts = partsOf(spec);
  return PARTS.map((part) => {
    const renamed = inputs.map((name) => (QKV.test(name) ? `${name}.${part}` : name));
    let one = fieldsOf(withStrings(node, 1, renamed));
    one = fieldsOf(withStrings(one, 2, [`${output}.${part}`]));
    one = fieldsOf(withStrings(one, 3, [`${output}.${part}`]));
    return encode(
      one.map((each) => (attributeName(each) === 'N' ? intAttribute('N', parts[part][1]) : each)),
    );
  });
}

function splitTensor(bytes: Uint8Array, spec: ModelSpec): Uint8Array[] {
  const tensor = fieldsOf(bytes);
  const name = text(tensor, 8)[0] ?? '';
  if (!QKV.test(name)) return [bytes];
  const parts = partsOf(spec);
  return PARTS.map((part) => {
    const [first, numRows] = parts[part];
    let isFirstDim = true;
    const fields = tensor.flatMap((each): Field[] => {
      if (each.field === 1 && isFirstDim) {
        isFirstDim = false;
        return [{ ...each, value: (Number(each.value) * numRows) / parts.total }];
      }
      if (each.field === 8) return [{ ...each, value: new TextEncoder().encode(`${name}.${part}`) }];
      if (each.field !== 13) return [each];
      const entry = fieldsOf(each.value as Uint8Array);
      const [key, value] = [text(entry, 1)[0], Number(text(entry, 2)[0])];
      const length = Number(external(tensor, 'length'));
      if (key === 'offset') return [entryOf('offset', value + (length / parts.total) * first)];
      return key === 'length' ? [entryOf('length', (length / parts.total) * numRows)] : [each];
    });
    return encode(fields);
  });
}

interface Field {
  readonly field: number;
  readonly wireType: WireType;
  readonly value: Uint8Array | number;
}

function rewrite(
  message: Uint8Array,
  change: (field: number, bytes: Uint8Array) => Uint8Array[],
): Uint8Array {
  return encode(
    fieldsOf(message).flatMap((each): Field[] =>
      each.value instanceof Uint8Array
        ? change(each.field, each.value).map((value) => ({ ...each, value }))
        : [each],
    ),
  );
}

function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  eachField(new BinaryReader(message), (field, reader, wireType) => {
    const value =
      wireType === WireType.LengthDelimited
        ? reader.bytes()
        : wireType === WireType.Bit32
          ? reader.float()
          : Number(reader.int64());
    fields.push({ field, wireType, value });
    return true;
  });
  return fields;
}

function encode(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { field, wireType, value } of fields) {
    writer.tag(field, wireType);
    if (value instanceof Uint8Array) writer.bytes(value);
    else if (wireType === WireType.Bit32) writer.float(value);
    else writer.int64(value);
  }
  return writer.finish();
}

const decoder = new TextDecoder();

function text(fields: readonly Field[], wanted: number): string[] {
  return fields.flatMap(({ field, value }) =>
    field === wanted && value instanceof Uint8Array ? [decoder.decode(value)] : [],
  );
}

function stringField(field: number, value: string): Field {
  return { field, wireType: WireType.LengthDelimited, value: new TextEncoder().encode(value) };
}

/** The message with its strings of one field replaced. */
function withStrings(fields: readonly Field[], field: number, values: readonly string[]): Uint8Array {
  return encode([
    ...values.map((value) => stringField(field, value)),
    ...fields.filter((each) => each.field !== field),
  ]);
}

function entryOf(key: string, value: number): Field {
  const entry = encode([stringField(1, key), stringField(2, String(value))]);
  return { field: 13, wireType: WireType.LengthDelimited, value: entry };
}

function external(tensor: readonly Field[], wanted: string): string | undefined {
  for (const { field, value } of tensor) {
    if (field !== 13) continue;
    const entry = fieldsOf(value as Uint8Array);
    if (text(entry, 1)[0] === wanted) return text(entry, 2)[0];
  }
  return undefined;
}

function attributeName({ field, value }: Field): string | undefined {
  return field === 5 ? text(fieldsOf(value as Uint8Array), 1)[0] : undefined;
}

function intAttribute(name: string, value: number): Field {
  const attribute = encode([
    stringField(1, name),
    { field: 3, wireType: WireType.Varint, value },
    { field: 20, wireType: WireType.Varint, value: 2 },
  ]);
  return { field: 5, wireType: WireType.LengthDelimited, value: attribute };
}
