/**
 * Identifies ZIP-based documents by their entries: Office Open XML, OpenDocument, EPUB, or a plain archive.
 */
import { isSystemFile } from './clean-path.ts';
import type { FileContent, FilePart, ReadContext } from './file-content.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, UnreadableFile } from './import-notes.ts';
import { listEntries, unpackEntries, type ArchiveEntry } from './unpack-zip.ts';
import { ZipPackage } from './zip-package.ts';

export async function readPackage(bytes: Uint8Array, context: ReadContext): Promise<FileContent> {
  const entries = listEntries(bytes);
  const archive = new ZipPackage(bytes, entries, context.budget);
  if (archive.has('mimetype')) {
    const type = new TextDecoder().decode((await archive.bytes('mimetype')) ?? new Uint8Array()).trim();
    if (type === 'application/epub+zip') return (await import('./read-epub.ts')).readEpub(archive);
    if (type.startsWith('application/vnd.oasis.opendocument.'))
      return (await import('./read-opendocument.ts')).readOpenDocument(archive, type);
  }
  if (archive.has('[Content_Types].xml')) return readOffice(archive);
  if (archive.has('META-INF/container.xml')) return (await import('./read-epub.ts')).readEpub(archive);
  if (archive.names(/(^|\/)Index(\.zip|\/Document\.iwa)$/).length > 0)
    throw new UnreadableFile(note('iwork'));
  return readArchive(bytes, entries, context);
}

/** The main part determines the Office format. */
async function readOffice(archive: ZipPackage): Promise<FileContent> {
  const main = (await archive.relationships('')).find(({ type }) => type === 'officeDocument')?.target ?? '';
  if (!archive.has(main)) throw new UnreadableFile(note('unsupported'));
  const content = await archive.requiredBytes(main);
  if (/\.bin$/.test(main)) throw new UnreadableFile(note('old-office'));
  const start = new TextDecoder().decode(content.subarray(0, 4096));
  const root = /<(?:\w+:)?(document|workbook|presentation)[\s>]/.exec(start)?.[1] ?? '';
  switch (root) {
    case 'document':
      return (await import('./read-docx.ts')).readDocx(archive, main, content);
    case 'workbook':
      return (await import('./read-xlsx.ts')).readXlsx(archive, main, content);
    case 'presentation':
      return (await import('./read-pptx.ts')).readPptx(archive, main, content);
    default:
      throw new UnreadableFile(note('unsupported'));
  }
}

function readArchive(
  bytes: Uint8Array,
  entries: readonly ArchiveEntry[],
  { budget }: ReadContext,
): FileContent {
  const allowed = entries.slice(0, Math.max(0, IMPORT_LIMITS.maxEntries - budget.numEntries));
  const warnings =
    allowed.length < entries.length ? [note('first-entries', entries.length, allowed.length)] : [];
  async function* parts(): AsyncGenerator<FilePart, void> {
    for await (const { entry, content, problem } of unpackEntries(bytes, allowed, budget)) {
      if (isSystemFile(entry.name)) continue;
      if (content) yield { name: entry.name, content, isCounted: true };
      else yield { name: entry.name, numBytes: entry.unpackedBytes, problem };
    }
  }
  return { kind: 'zip', units: [], warnings, parts: parts() };
}
