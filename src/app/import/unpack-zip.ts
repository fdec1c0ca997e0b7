/**
 * ZIP archives under limits. Sizes come from the archive's directory, and a content that is longer than its directory
 * says is cut there by the buffer it is unpacked into: what an archive claims is what it can cost.
 */
import { unzipSync } from 'fflate';
import { IMPORT_LIMITS, type UnpackBudget } from './import-limits.ts';
import { note, UnreadableFile, type ImportNote } from './import-notes.ts';

export interface ArchiveEntry {
  /** as the archive has it: not to be trusted */
  readonly name: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

export type UnpackedEntry =
  | { readonly entry: ArchiveEntry; readonly content: Uint8Array; readonly problem?: never }
  | { readonly entry: ArchiveEntry; readonly content: null; readonly problem: ImportNote };

/** Entries unpacked at a time, so that the directory is not read anew for each. */
const BATCH_BYTES = 16 * 2 ** 20;
const BATCH_ENTRIES = 500;

/** Files of the archive, folders left out. @throws UnreadableFile when it is no whole ZIP archive */
export function listEntries(bytes: Uint8Array): ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  try {
    unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (!name.endsWith('/')) entries.push({ name, packedBytes: size, unpackedBytes: originalSize });
        return false;
      },
    });
  } catch (error) {
    throw new UnreadableFile(note('damaged-archive'), { cause: error });
  }
  return entries;
}

/** Unpacks what the limits allow, a few at a time; the others come with the reason why not. */
export async function* unpackEntries(
  bytes: Uint8Array,
  entries: readonly ArchiveEntry[],
  budget: UnpackBudget,
): AsyncGenerator<UnpackedEntry, void> {
  let batch: ArchiveEntry[] = [];
  let batchBytes = 0;
  for (const entry of entries) {
    const problem = whyNot(entry, budget);
    if (problem !== null) {
      yield { entry, content: null, problem };
      continue;
    }
    if (batch.length >= BATCH_ENTRIES || batchBytes + entry.unpackedBytes > BATCH_BYTES) {
      yield* unpackBatch(bytes, batch);
      batch = [];
      batchBytes = 0;
    }
    batch.push(entry);
    batchBytes += entry.unpackedBytes;
  }
  yield* unpackBatch(bytes, batch);
}

function whyNot({ packedBytes, unpackedBytes }: ArchiveEntry, budget: UnpackBudget): ImportNote | null {
  const isBomb =
    unpackedBytes > IMPORT_LIMITS.ratioFreeBytes && unpackedBytes > packedBytes * IMPORT_LIMITS.maxRatio;
  if (isBomb) return note('bomb', unpackedBytes);
  if (budget.take(unpackedBytes)) return null;
  if (budget.numEntries >= IMPORT_LIMITS.maxEntries) return note('max-entries', IMPORT_LIMITS.maxEntries);
  return note('max-unpacked', IMPORT_LIMITS.maxUnpackedBytes);
}

function* unpackBatch(bytes: Uint8Array, batch: readonly ArchiveEntry[]): Generator<UnpackedEntry, void> {
  if (batch.length === 0) return;
  const wanted = new Set(batch.map(({ name }) => name));
  try {
    const contents = unzipSync(bytes, { filter: ({ name }) => wanted.has(name) });
    for (const entry of batch) {
      const content = Object.hasOwn(contents, entry.name) ? contents[entry.name] : undefined;
      yield content ? { entry, content } : { entry, content: null, problem: DAMAGED };
    }
  } catch {
    // One damaged or encrypted entry must not take the others with it.
    if (batch.length === 1) yield { entry: batch[0] as ArchiveEntry, content: null, problem: DAMAGED };
    else for (const entry of batch) yield* unpackBatch(bytes, [entry]);
  }
}

const DAMAGED = note('damaged-entry');
