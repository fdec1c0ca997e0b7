/** A model of the benchmark with another graph over the same weights: to measure what a graph variant gains. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseModelSpec, type ModelSpec } from '../../src/model/model-spec.ts';
import { eachField } from './onnx-weights.ts';

/** Of an ONNX GraphProto: the number of a field and the encoded message there, to the fields that stand in its place. */
export type ChangePart = (field: number, bytes: Uint8Array, spec: ModelSpec) => Field[];

/** Makes `target` from the `rank1` folder `source`; both hold onnx/model_<dtype>.onnx. */
export function rewriteGraph(source: string, target: string, dtype: string, change: ChangePart): void {
  cpSync(source, target, { recursive: true });
  const onnxName = `onnx/model_${dtype}.onnx`;
  const spec = parseModelSpec(JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')));
  const model = readFileSync(path.join(source, onnxName));
  const changed = (graph: Uint8Array) => rewrite(graph, (field, bytes) => change(field, bytes, spec));
  const onnx = rewrite(model, (field, bytes) => [messageField(field, field === 7 ? changed(bytes) : bytes)]);
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

export interface Field {
  readonly field: number;
  readonly wireType: WireType;
  readonly value: Uint8Array | number;
}

/** @param change of each field that holds bytes: its number and what it holds, to the fields in its place */
function rewrite(message: Uint8Array, change: (field: number, bytes: Uint8Array) => Field[]): Uint8Array {
  return encode(
    fieldsOf(message).flatMap((each) =>
      each.value instanceof Uint8Array ? change(each.field, each.value) : [each],
    ),
  );
}

export function messageField(field: number, value: Uint8Array): Field {
  return { field, wireType: WireType.LengthDelimited, value };
}

export function fieldsOf(message: Uint8Array): Field[] {
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

export function encode(fields: readonly Field[]): Uint8Array {
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

export function text(fields: readonly Field[], wanted: number): string[] {
  return fields.flatMap(({ field, value }) =>
    field === wanted && value instanceof Uint8Array ? [decoder.decode(value)] : [],
  );
}

export function stringField(field: number, value: string): Field {
  return messageField(field, new TextEncoder().encode(value));
}

/** The message with its strings of one field replaced. */
export function withStrings(fields: readonly Field[], field: number, values: readonly string[]): Uint8Array {
  return encode([
    ...values.map((value) => stringField(field, value)),
    ...fields.filter((each) => each.field !== field),
  ]);
}
