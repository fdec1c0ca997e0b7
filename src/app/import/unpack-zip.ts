/**
 * ZIP archives under limits. Sizes come from the central directory, and fflate truncates longer content, so
 * an entry never costs more than it claims. Entries are identified by directory index, because names may
 * repeat.
 */
import { unzipSync, type UnzipFileInfo } from 'fflate';
import { validUtf8 } from './decode-text.ts';
import { IMPORT_LIMITS, type UnpackBudget } from './import-limits.ts';
import { note, UnreadableFile, type UnreadNote } from './import-notes.ts';

export interface ArchiveEntry {
  /** index in the directory, counting folders */
  readonly index: number;
  /** untrusted */
  readonly name: string;
  /** as fflate decodes it, which identifies the content */
  readonly storedName: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** an earlier entry has the same name */
  readonly isDuplicate: boolean;
}

export type UnpackedEntry =
  | { readonly entry: ArchiveEntry; readonly content: Uint8Array; readonly problem?: never }
  | { readonly entry: ArchiveEntry; readonly content: null; readonly problem: UnreadNote };

/** Entries are unpacked in batches, so that the directory is not parsed for each. */
const BATCH_BYTES = 16 * 2 ** 20;
const BATCH_ENTRIES = 500;
/** Minimum size of a directory entry. */
const HEADER_BYTES = 46;
const MAX_LISTED = 1_000_000;

/** Files of the archive, without folders. @throws UnreadableFile if it is not a complete ZIP archive */
export function listEntries(bytes: Uint8Array): ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  const names = new Set<string>();
  const maxHeaders = Math.min(bytes.length / HEADER_BYTES, MAX_LISTED);
  try {
    unzip(bytes, ({ name: storedName, size, originalSize, compression }, index) => {
      if (index >= maxHeaders) throw new RangeError('the directory claims too many entries');
      if (storedName.endsWith('/')) return false;
      // Stored entries keep their packed size, whatever the directory claims.
      const unpackedBytes = compression === 0 ? size : originalSize;
      const isDuplicate = names.has(storedName);
      const name = decodeName(storedName);
      entries.push({ index, name, storedName, packedBytes: size, unpackedBytes, isDuplicate });
      names.add(storedName);
      return false;
    });
  } catch (error) {
    throw new UnreadableFile(note('damaged-archive'), { cause: error });
  }
  return entries;
}

/** Some programs, macOS among them, write UTF-8 without its flag; fflate then takes each byte for a character. */
function decodeName(stored: string): string {
  if (/[^\0-\xff]/.test(stored)) return stored;
  return validUtf8(Uint8Array.from(stored, (character) => character.charCodeAt(0))) ?? stored;
}

function unzip(
  bytes: Uint8Array,
  isWanted: (file: UnzipFileInfo, index: number) => boolean,
): Record<string, Uint8Array> {
  let index = 0;
  return unzipSync(bytes, { filter: (file) => isWanted(file, index++) });
}

/** Unpacks what the limits allow, in batches; skipped entries come with the reason. */
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

function whyNot(entry: ArchiveEntry, budget: UnpackBudget): UnreadNote | null {
  const { packedBytes, unpackedBytes } = entry;
  if (entry.isDuplicate) return note('duplicate-entry');
  const isBomb =
    unpackedBytes > IMPORT_LIMITS.ratioFreeBytes && unpackedBytes > packedBytes * IMPORT_LIMITS.maxRatio;
  if (isBomb) return note('bomb', unpackedBytes);
  if (budget.take(unpackedBytes)) return null;
  if (budget.numEntries >= IMPORT_LIMITS.maxEntries) return note('max-entries', IMPORT_LIMITS.maxEntries);
  return note('max-unpacked', IMPORT_LIMITS.maxUnpackedBytes);
}

function* unpackBatch(bytes: Uint8Array, batch: readonly ArchiveEntry[]): Generator<UnpackedEntry, void> {
  if (batch.length === 0) return;
  const wanted = new Set(batch.map(({ index }) => index));
  try {
    const contents = unzip(bytes, (_, index) => wanted.has(index));
    for (const entry of batch) {
      const content = Object.hasOwn(contents, entry.storedName) ? contents[entry.storedName] : undefined;
      yield content ? { entry, content } : { entry, content: null, problem: DAMAGED };
    }
  } catch {
    // One damaged or encrypted entry must not affect the others.
    if (batch.length === 1) yield { entry: batch[0] as ArchiveEntry, content: null, problem: DAMAGED };
    else for (const entry of batch) yield* unpackBatch(bytes, [entry]);
  }
}

const DAMAGED = note('damaged-entry');
