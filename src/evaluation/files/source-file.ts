/**
 * A file as a stream of byte chunks, so that files of any size are read in bounded memory. Knows nothing of
 * disks or the DOM; the caller opens the file.
 */
import { invalidFile } from './invalid-file.ts';

export interface SourceFile {
  /** file name or path, for messages */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** maximum number of entries in memory; default ten million */
  readonly maxEntries?: number;
}

const BLOB_CHUNK_BYTES = 1 << 20;

/**
 * Wraps content as an input of the file readers.
 * @param content a string, bytes, a Blob (such as a File), or any iterable of bytes, such as a Node stream
 */
export function sourceFile(
  name: string,
  content: string | Uint8Array | Blob | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): SourceFile {
  if (typeof content === 'string') return { name, chunks: [new TextEncoder().encode(content)] };
  if (content instanceof Uint8Array) return { name, chunks: [content] };
  if (content instanceof Blob) return { name, chunks: blobChunks(content) };
  return { name, chunks: content };
}

async function* blobChunks(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < blob.size; start += BLOB_CHUNK_BYTES) {
    yield new Uint8Array(await blob.slice(start, start + BLOB_CHUNK_BYTES).arrayBuffer());
  }
}

/**
 * The file's text in chunks of any size, without byte order mark.
 * @throws Rank1Error invalid-file at the first line that is not UTF-8
 */
export async function* decodeText(source: SourceFile): AsyncGenerator<string> {
  // Decodes each block separately, so that the failing line can be located in it.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let carry = new Uint8Array(0);
  let numNewlines = 0;
  let isFirst = true;
  const decode = (block: Uint8Array): string => {
    try {
      const text = decoder.decode(block);
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) numNewlines++;
      return text;
    } catch {
      throw invalidFile(
        { file: source.name, line: numNewlines + lineOfInvalidUtf8(block) },
        'the bytes are not UTF-8 text',
        'Save the file as UTF-8, or unpack it first if it is compressed.',
      );
    }
  };
  for await (const chunk of source.chunks) {
    const block = carry.length > 0 ? joined(carry, chunk) : chunk;
    const tail = incompleteTailBytes(block);
    carry = block.slice(block.length - tail);
    const text = decode(block.subarray(0, block.length - tail));
    if (text === '') continue;
    yield isFirst && text.startsWith('\uFEFF') ? text.slice(1) : text;
    isFirst = false;
  }
  if (carry.length > 0) yield decode(carry);
}

/** Length of an incomplete character at the end, 0 to 3 bytes. */
function incompleteTailBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const sequenceBytes = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return sequenceBytes > back ? back : 0;
  }
  return 0;
}

/**
 * Line number within the block, from 1, of the first undecodable line. UTF-8 never uses the newline byte
 * within a character.
 */
function lineOfInvalidUtf8(block: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let start = 0;
  for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
    try {
      decoder.decode(block.subarray(start, end));
    } catch {
      return line;
    }
    line++;
    start = end + 1;
  }
  return line;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
