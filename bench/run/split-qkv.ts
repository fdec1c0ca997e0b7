/**
 * The same model with its query, key and value products apart, as most exporters write them: to measure what packing gains.
 * The weights stay where they are, since the rows of each product lie together.
 */
import { WireType } from '@bufbuild/protobuf/wire';
import type { ModelSpec } from '../../src/model/model-spec.ts';
import {
  encode,
  fieldsOf,
  messageField,
  stringField,
  text,
  withStrings,
  type ChangePart,
  type Field,
} from './rewrite-graph.ts';

const PARTS = ['q', 'k', 'v'] as const;
const QKV = /^layers\.\d+\.qkv_proj\.(codes|scales|bias)$/;

/** For `rewriteGraph`. */
export const splitQkv: ChangePart = (field, bytes, spec) => {
  const parts = field === 1 ? splitNode(bytes, spec) : field === 5 ? splitTensor(bytes, spec) : [bytes];
  return parts.map((part) => messageField(field, part));
};

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
      if (each.field === 8) return [stringField(8, `${name}.${part}`)];
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

function entryOf(key: string, value: number): Field {
  const entry = encode([stringField(1, key), stringField(2, String(value))]);
  return messageField(13, entry);
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
  return messageField(5, attribute);
}
