/** Gzip files, unpacked in pieces within the archive limits. */
import { Gunzip } from 'fflate';
import { joinBytes } from './compound-file.ts';
import type { FileContent, ReadContext } from './file-content.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, UnreadableFile } from './import-notes.ts';

const CHUNK_BYTES = 65_536;

export function readGzip(bytes: Uint8Array, { path, budget }: ReadContext): FileContent {
  const content = gunzip(bytes, IMPORT_LIMITS.maxUnpackedBytes - budget.numBytes);
  const name = path.slice(path.lastIndexOf('/') + 1);
  // The archive's own name is used: the stored name may differ, and users see the archive's.
  const inner = name.replace(/\.tgz$/i, '.tar').replace(/\.gz$/i, '');
  return { kind: 'gzip', units: [], parts: [{ name: inner === name ? 'content' : inner, content }] };
}

/** @throws UnreadableFile if it is damaged or unpacks to too much */
function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let numBytes = 0;
  let isDone = false;
  const stream = new Gunzip((piece, isFinal) => {
    pieces.push(piece);
    numBytes += piece.length;
    isDone ||= isFinal;
  });
  try {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      stream.push(bytes.subarray(at, at + CHUNK_BYTES), at + CHUNK_BYTES >= bytes.length);
      const read = Math.min(bytes.length, at + CHUNK_BYTES);
      if (numBytes > IMPORT_LIMITS.ratioFreeBytes && numBytes > read * IMPORT_LIMITS.maxRatio)
        throw new UnreadableFile(note('bomb', numBytes));
      if (numBytes > maxBytes) throw new UnreadableFile(note('max-unpacked', IMPORT_LIMITS.maxUnpackedBytes));
    }
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile(note('damaged-archive'), { cause: error });
  }
  if (!isDone) throw new UnreadableFile(note('damaged-archive'));
  return joinBytes(pieces);
}
