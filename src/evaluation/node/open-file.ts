/** Opens files on disk as inputs of the file readers. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { gunzipped } from '../files/gunzipped.ts';
import { sourceFile, type SourceFile } from '../files/source-file.ts';

/**
 * Decompressed if the path ends in .gz.
 * @param name for messages
 */
export function openFile(path: string, name = basename(path)): SourceFile {
  const source = sourceFile(name, readChunks(path));
  return path.endsWith('.gz') ? gunzipped(source) : source;
}

/** Opens the file when it is read: nobody would hear the error of a stream that waits for its turn. */
async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path);
}
