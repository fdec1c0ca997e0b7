/**
 * Word files to text. A Word file is a ZIP, so only the parts that hold text are unpacked, under the limits of archives,
 * and mammoth gets those alone: no picture, no macro, no embedded file.
 */
import { zipSync } from 'fflate';
import mammoth from 'mammoth';
import type { UnpackBudget } from './import-limits.ts';
import { note, UnreadableFile, type ImportNote } from './import-notes.ts';
import type { TextUnit } from './import-types.ts';
import { listEntries, unpackEntries, type ArchiveEntry } from './unpack-zip.ts';

const TEXT_PARTS = /^(\[Content_Types\]\.xml|_rels\/\.rels|word\/(_rels\/)?[\w.-]+\.(xml|xml\.rels))$/;
const MAIN_PART = 'word/document.xml';
/** They hold text that mammoth's raw text leaves out. */
const UNREAD_PARTS = /^word\/(footnotes|endnotes|comments|header\d*|footer\d*)\.xml$/;

/** Whether the archive is a Word file. */
export function isDocx(entries: readonly ArchiveEntry[]): boolean {
  return entries.some(({ name }) => name === MAIN_PART);
}

export async function readDocx(
  bytes: Uint8Array,
  budget: UnpackBudget,
): Promise<{ units: TextUnit[]; warnings: ImportNote[] }> {
  const parts = listEntries(bytes).filter(({ name }) => TEXT_PARTS.test(name));
  const files: Record<string, Uint8Array> = {};
  for await (const { entry, content, problem } of unpackEntries(bytes, parts, budget)) {
    if (!content && entry.name === MAIN_PART) throw new UnreadableFile(problem);
    if (content) files[entry.name] = content;
  }
  const { buffer } = zipSync(files, { level: 0 });
  try {
    const { value } = await mammoth.extractRawText({ arrayBuffer: buffer as ArrayBuffer });
    const warnings = Object.entries(files).some(holdsUnreadText) ? [note('word-notes')] : [];
    // A Word file has no lines before it is laid out.
    return { units: [{ text: value.replace(/\n{3,}/g, '\n\n').trim() }], warnings };
  } catch (error) {
    throw new UnreadableFile(note('damaged-word'), { cause: error });
  }
}

/** Word writes these parts without a word in them, too. */
function holdsUnreadText([name, content]: readonly [string, Uint8Array]): boolean {
  return UNREAD_PARTS.test(name) && /<w:t[ >]/.test(new TextDecoder().decode(content));
}
