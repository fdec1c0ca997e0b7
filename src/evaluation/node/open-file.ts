import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { gunzipped } from '../files/gunzipped.ts';
import { sourceFile, type SourceFile } from '../files/source-file.ts';

/** A file on disk, unpacked where its name ends in .gz. */
export function openFile(path: string): SourceFile {
  const source = sourceFile(basename(path), createReadStream(path));
  return path.endsWith('.gz') ? gunzipped(source) : source;
}
