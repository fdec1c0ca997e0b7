/** How many entries of a file may be held in memory at once: one limit for tables, ids and keys. */
import type { Rank1Error } from '../../base/errors.ts';
import { invalidFile, type FilePlace } from './invalid-file.ts';
import type { SourceFile } from './source-file.ts';

/** About 1 GB of them; a Map or Set of V8 ends, with an error that names no file, at 16.7 million. */
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
