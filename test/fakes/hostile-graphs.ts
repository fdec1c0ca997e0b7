/**
 * A model's graph and weights, changed at random: some so that they can no longer be read, some so that they can and say
 * something else. Changes keep to a length where what surrounds them counts on it.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { SeededRandom } from './seeded-random.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Where a number or a text lies in a message of the wire format of protocol buffers. */
interface Leaf {
  readonly start: number;
  /** excluded */
  readonly end: number;
  readonly isText: boolean;
}

export function changedGraph(graph: Bytes, random: SeededRandom): Bytes {
  const kind = random.next();
  if (kind < 0.15) return changedBytes(graph, random);
  let changed = graph.slice();
  const leaves = leavesOf(graph);
  for (let count = random.integer(1, 3); count > 0; count--) changed = changeLeaf(changed, leaves, random);
  return changed;
}

/** Weights, or anything whose inner build does not matter. */
export function changedBytes(bytes: Bytes, random: SeededRandom): Bytes {
  const kind = random.next();
  const at = random.integer(0, bytes.length - 1);
  if (kind < 0.25) return bytes.slice(0, at);
  if (kind < 0.4) return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at >> 1));
  const changed = bytes.slice();
  const length = Math.min(2 ** random.integer(0, 12), bytes.length - at);
  if (kind < 0.6) return changed.fill(random.pick([0, 0x7f, 0xff]), at, at + length);
  return changed.map((byte, place) =>
    place >= at && place < at + length ? byte ^ random.integer(1, 255) : byte,
  );
}

function changeLeaf(bytes: Bytes, leaves: readonly Leaf[], random: SeededRandom): Bytes {
  const { start, end, isText } = random.pick(leaves);
  const changed = bytes.slice();
  if (!isText) {
    for (let at = start; at < end; at++) {
      const isLast = at === end - 1;
      changed[at] = random.pick([0, 1, 0x7f, random.integer(0, 0x7f)]) | (isLast ? 0 : 0x80);
    }
    return changed;
  }
  // A name that is used elsewhere makes another graph; one that is not makes none.
  const others = leaves.filter((leaf) => leaf.isText && leaf.end - leaf.start === end - start);
  const other = random.pick(others);
  if (random.next() < 0.7) changed.copyWithin(start, other.start, other.end);
  else changed[random.integer(start, end - 1)] = random.integer(0x20, 0x7e);
  return changed;
}

/** All numbers and texts of a message, those of the messages in it, too. */
function leavesOf(bytes: Bytes, from = 0, to = bytes.length): Leaf[] {
  const reader = new BinaryReader(bytes.subarray(from, to));
  const leaves: Leaf[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type !== WireType.LengthDelimited) {
      const start = from + reader.pos;
      reader.skip(type, field);
      if (type === WireType.Varint) leaves.push({ start, end: from + reader.pos, isText: false });
      continue;
    }
    const length = reader.uint32();
    const start = from + reader.pos;
    if (length > reader.len - reader.pos) throw new RangeError('longer than its message');
    reader.pos += length;
    if (length > 0) leaves.push(...innerLeaves(bytes, start, start + length));
  }
  return leaves;
}

/** Strings and messages share a wire type: a field that does not parse as a message is a string. */
function innerLeaves(bytes: Bytes, start: number, end: number): Leaf[] {
  const isPlain = bytes.subarray(start, end).every((byte) => byte >= 0x20 && byte < 0x7f);
  if (isPlain) return [{ start, end, isText: true }];
  try {
    return leavesOf(bytes, start, end);
  } catch {
    return [{ start, end, isText: true }];
  }
}
