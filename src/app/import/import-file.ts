/**
 * Reads one dropped file and the files nested in it as passages. Content is untrusted: whatever it is, the result says
 * what was read and why the rest was not. Fetches only our own assets: character maps and text recognition.
 */
import { cleanPath } from './clean-path.ts';
import type { FilePart, ReadContext } from './file-content.ts';
import { filePassages } from './file-passages.ts';
import { IMPORT_LIMITS, UnpackBudget } from './import-limits.ts';
import { note, UnreadableFile, type UnreadNote } from './import-notes.ts';
import type { FileKind, ImportChoices, ImportedFile, ImportProgressListener } from './import-types.ts';
import { readContent } from './read-content.ts';
import { HEAD_BYTES, sizeProblem } from './size-problem.ts';

export interface ImportSurroundings {
  /** folder with pdf.js character maps; same origin */
  readonly cMapUrl: string;
  readonly recognition: ReadContext['recognition'];
  readonly choices?: ImportChoices;
  readonly onProgress?: ImportProgressListener;
}

/** Position of a nested file within the dropped file. */
interface Place {
  readonly path: string;
  readonly depth: number;
  readonly budget: UnpackBudget;
}

const CONTAINERS: ReadonlySet<FileKind> = new Set(['zip', 'tar', 'gzip', 'mbox', 'winmail', 'signed']);

/** Never rejects because of the file's content. */
export async function importFile(
  path: string,
  file: Blob,
  surroundings: ImportSurroundings,
): Promise<ImportedFile[]> {
  const place = { path: cleanPath(path), depth: 0, budget: new UnpackBudget() };
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    const problem = sizeProblem(head, file.size, place.path);
    if (problem) return [unreadable(place.path, file.size, problem)];
    return await importBytes(place, new Uint8Array(await file.arrayBuffer()), surroundings);
  } catch {
    return [unreadable(place.path, file.size, note('not-opened'))];
  }
}

/**
 * Content of a file nested in the dropped file, at a path that `importFile` returned; null if it is not found.
 */
export async function extractFile(
  path: string,
  file: Blob,
  nested: string,
  { cMapUrl, recognition }: ImportSurroundings,
): Promise<Uint8Array | null> {
  const assets = { cMapUrl, recognition, choices: {}, onPage: () => undefined };
  const budget = new UnpackBudget();
  let place = cleanPath(path);
  let bytes = new Uint8Array(await file.arrayBuffer());
  while (place !== nested) {
    const { parts = [] } = await readContent(bytes, { path: place, budget, ...assets });
    const outer = place;
    for await (const { name, content } of parts) {
      const partPath = `${outer}/${cleanPath(name)}`;
      if (!content || !`${nested}/`.startsWith(`${partPath}/`)) continue;
      place = partPath;
      bytes = new Uint8Array(content);
      break;
    }
    if (place === outer) return null;
  }
  return bytes;
}

async function importBytes(
  place: Place,
  bytes: Uint8Array,
  surroundings: ImportSurroundings,
): Promise<ImportedFile[]> {
  const numBytes = bytes.length;
  let kind: FileKind | null = null;
  try {
    const { onProgress, choices = {}, ...assets } = surroundings;
    const onPage = (page: number) => onProgress?.(page, place.path);
    const content = await readContent(bytes, { ...place, ...assets, choices, onPage });
    kind = content.kind;
    const { passages, warnings } = await filePassages(content.units);
    const parts: ImportedFile[] = [];
    if (content.parts)
      for await (const part of content.parts)
        for (const file of await importPart(place, part, surroundings)) parts.push(file);
    const error = passages.length === 0 && parts.length === 0 ? note('no-text') : null;
    const { encoding } = content;
    const allWarnings = [...(content.warnings ?? []), ...warnings];
    if (CONTAINERS.has(kind) && !error && passages.length === 0 && allWarnings.length === 0) return parts;
    const own = { path: place.path, kind, numBytes, passages, warnings: allWarnings, error };
    return [{ ...own, ...(encoding !== undefined && { encoding }) }, ...parts];
  } catch (error) {
    const reason = error instanceof UnreadableFile ? error.note : note('damaged');
    return [{ ...unreadable(place.path, numBytes, reason), kind }];
  }
}

/** `place` is that of the enclosing file. */
async function importPart(
  place: Place,
  part: FilePart,
  surroundings: ImportSurroundings,
): Promise<ImportedFile[]> {
  const path = `${place.path}/${cleanPath(part.name)}`;
  if (part.problem) return [unreadable(path, part.numBytes, part.problem)];
  const { content, isCounted = false } = part;
  if (!isCounted && !place.budget.take(content.length))
    return [unreadable(path, content.length, note('max-within'))];
  if (place.budget.isOutOfTime && !surroundings.choices?.recognise)
    return [unreadable(path, content.length, note('took-too-long', IMPORT_LIMITS.maxMinutes))];
  const depth = place.depth + 1;
  if (depth > IMPORT_LIMITS.maxDepth)
    return [unreadable(path, content.length, note('max-depth', IMPORT_LIMITS.maxDepth))];
  surroundings.onProgress?.(place.budget.numEntries, path);
  return importBytes({ ...place, path, depth }, content, surroundings);
}

function unreadable(path: string, numBytes: number, error: UnreadNote): ImportedFile {
  return { path, kind: null, numBytes, passages: [], warnings: [], error };
}
