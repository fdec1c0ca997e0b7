/**
 * One dropped file to passages, with the files within it. What is in a file is data: whatever it holds, the result says
 * what could be read and why the rest could not. Nothing is fetched but the character maps of pdf.js.
 */
import { cleanPath } from './clean-path.ts';
import { decodeText } from './decode-text.ts';
import { detectBinaryKind, detectTextKind, looksBinary } from './detect-kind.ts';
import { filePassages } from './file-passages.ts';
import { IMPORT_LIMITS, UnpackBudget } from './import-limits.ts';
import { note, UnreadableFile, type ImportNote, type UnreadNote } from './import-notes.ts';
import type { FileKind, ImportedFile, ImportProgressListener, TextUnit } from './import-types.ts';
import { isDocx, readDocx } from './read-docx.ts';
import { readEmail, splitMailbox } from './read-email.ts';
import { readHtml } from './read-html.ts';
import { readJson, readJsonLines } from './read-json.ts';
import { readPdf } from './read-pdf.ts';
import { readPlain } from './read-plain.ts';
import { readTable } from './read-table.ts';
import { HEAD_BYTES, sizeProblem } from './size-problem.ts';
import { listEntries, unpackEntries } from './unpack-zip.ts';

export interface ImportSurroundings {
  /** folder with the character maps of pdf.js; same origin */
  readonly cMapUrl: string;
  readonly onProgress?: ImportProgressListener;
}

interface Content {
  readonly kind: FileKind;
  readonly units: Iterable<TextUnit>;
  readonly warnings?: readonly ImportNote[];
  /** files within this one */
  readonly parts?: AsyncIterable<ImportedFile> | Iterable<ImportedFile>;
}

/** Where a file stands within the one that was dropped. */
interface Place {
  readonly path: string;
  readonly depth: number;
  readonly budget: UnpackBudget;
}

/** Never rejects for what is in the file. */
export async function importFile(
  path: string,
  file: Blob,
  surroundings: ImportSurroundings,
): Promise<ImportedFile[]> {
  const place = { path: cleanPath(path), depth: 0, budget: new UnpackBudget() };
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    const problem = sizeProblem(head, file.size);
    if (problem) return [unreadable(place.path, file.size, problem)];
    return await importBytes(place, new Uint8Array(await file.arrayBuffer()), surroundings);
  } catch {
    return [unreadable(place.path, file.size, note('not-opened'))];
  }
}

async function importBytes(
  place: Place,
  bytes: Uint8Array,
  surroundings: ImportSurroundings,
): Promise<ImportedFile[]> {
  const numBytes = bytes.length;
  const files: ImportedFile[] = [];
  let kind: FileKind | null = null;
  try {
    const content = await readContent(place, bytes, surroundings);
    kind = content.kind;
    const { passages, warnings } = await filePassages(content.units);
    const parts: ImportedFile[] = [];
    if (content.parts) for await (const part of content.parts) parts.push(part);
    const error = passages.length === 0 && parts.length === 0 ? note('no-text') : null;
    const isContainer = kind === 'zip' || kind === 'mbox';
    const allWarnings = [...(content.warnings ?? []), ...warnings];
    if (!isContainer || error || allWarnings.length > 0)
      files.push({ path: place.path, kind, numBytes, passages, warnings: allWarnings, error });
    for (const part of parts) files.push(part);
  } catch (error) {
    const reason = error instanceof UnreadableFile ? error.note : note('damaged');
    files.push({ ...unreadable(place.path, numBytes, reason), kind });
  }
  return files;
}

async function readContent(
  place: Place,
  bytes: Uint8Array,
  surroundings: ImportSurroundings,
): Promise<Content> {
  const problem = sizeProblem(bytes, bytes.length);
  if (problem) throw new UnreadableFile(problem);
  switch (detectBinaryKind(bytes)) {
    case 'pdf':
      return { kind: 'pdf', ...(await readPdf(bytes, surroundings.cMapUrl)) };
    case 'zip':
      return readArchive(place, bytes, surroundings);
    case 'unsupported':
      throw new UnreadableFile(note('unsupported'));
    case null:
      return readText(place, bytes, surroundings);
  }
}

async function readText(place: Place, bytes: Uint8Array, surroundings: ImportSurroundings): Promise<Content> {
  const { text, encoding, guessed } = decodeText(bytes);
  if (looksBinary(text)) throw new UnreadableFile(note('unsupported'));
  const kind = detectTextKind(text, place.path);
  const content = await readKind(kind, text, place, bytes, surroundings);
  // Messages say of each of their parts how it is encoded.
  if (!guessed || kind === 'email' || kind === 'mbox') return content;
  const doubt: ImportNote = { code: 'guessed-encoding', name: encoding };
  return { ...content, warnings: [...(content.warnings ?? []), doubt] };
}

async function readKind(
  kind: FileKind,
  text: string,
  place: Place,
  bytes: Uint8Array,
  surroundings: ImportSurroundings,
): Promise<Content> {
  switch (kind) {
    case 'email': {
      const { units, attachments } = await readEmail(bytes);
      const parts = attachments.map(({ name, bytes: content }) => ({ name, content }));
      return { kind, units, parts: importParts(place, parts, surroundings) };
    }
    case 'mbox': {
      const { messages, leftOut } = splitMailbox(bytes);
      const parts = messages.map((content, index) => ({ name: `message ${index + 1}`, content }));
      const warnings = leftOut > 0 ? [note('first-messages', messages.length)] : [];
      return { kind, units: [], warnings, parts: importParts(place, parts, surroundings) };
    }
    case 'html':
      return { kind, units: readHtml(text) };
    case 'csv':
      return { kind, units: readTable(text) };
    case 'json':
      return { kind, ...readJson(text) };
    case 'jsonl':
      return { kind, ...readJsonLines(text) };
    default:
      return { kind, units: readPlain(text) };
  }
}

async function readArchive(
  place: Place,
  bytes: Uint8Array,
  surroundings: ImportSurroundings,
): Promise<Content> {
  const entries = listEntries(bytes);
  if (isDocx(entries)) return { kind: 'docx', ...(await readDocx(bytes, place.budget)) };
  if (entries.some(({ name }) => name === '[Content_Types].xml' || name === 'mimetype'))
    throw new UnreadableFile(note('unsupported'));
  const allowed = entries.slice(0, Math.max(0, IMPORT_LIMITS.maxEntries - place.budget.numEntries));
  const warnings =
    allowed.length < entries.length ? [note('first-entries', entries.length, allowed.length)] : [];
  async function* parts(): AsyncGenerator<ImportedFile, void> {
    for await (const { entry, content, problem } of unpackEntries(bytes, allowed, place.budget)) {
      const path = `${place.path}/${cleanPath(entry.name)}`;
      if (content) yield* await importPart({ ...place, path }, content, surroundings);
      else yield unreadable(path, entry.unpackedBytes, problem);
    }
  }
  return { kind: 'zip', units: [], warnings, parts: parts() };
}

async function* importParts(
  place: Place,
  parts: readonly { readonly name: string; readonly content: Uint8Array }[],
  surroundings: ImportSurroundings,
): AsyncGenerator<ImportedFile, void> {
  for (const { name, content } of parts) {
    const path = `${place.path}/${cleanPath(name)}`;
    if (place.budget.take(content.length)) yield* await importPart({ ...place, path }, content, surroundings);
    else yield unreadable(path, content.length, note('max-within'));
  }
}

/** `place.depth` is that of the file around it. */
async function importPart(
  place: Place,
  bytes: Uint8Array,
  surroundings: ImportSurroundings,
): Promise<ImportedFile[]> {
  const depth = place.depth + 1;
  if (depth > IMPORT_LIMITS.maxDepth)
    return [unreadable(place.path, bytes.length, note('max-depth', IMPORT_LIMITS.maxDepth))];
  surroundings.onProgress?.(place.budget.numEntries, place.path);
  return importBytes({ ...place, depth }, bytes, surroundings);
}

function unreadable(path: string, numBytes: number, error: UnreadNote): ImportedFile {
  return { path, kind: null, numBytes, passages: [], warnings: [], error };
}
