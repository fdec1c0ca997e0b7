/** Limits how many entries of a file are held in memory; shared by tables, ids and keys. */
import type { Rank1Error } from '../../base/errors.ts';
import { invalidFile, type FilePlace } from './invalid-file.ts';
import type { SourceFile } from './source-file.ts';

/** About 1 GB. V8's Map and Set fail at 16.7 million entries, with an error that names no file. */
const MAX_ENTRIES = 10_000_000;

export function entriesLimit(source: Pick<SourceFile, 'maxEntries'> | undefined): number {
  return source?.maxEntries ?? MAX_ENTRIES;
}

export function tooManyEntries(place: FilePlace, most: number): Rank1Error {
  return invalidFile(
    place,
    `the file has more than ${most} entries`,
    'Cut the lists at a smaller depth, or split the file by query.',
  );
}
