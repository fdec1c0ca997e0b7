/** Pictures and embedded files, shared by all Office Open XML formats. */
import type { DocumentPicture, FilePart } from './file-content.ts';
import { note, type ImportNote } from './import-notes.ts';
import type { Relationship, ZipPackage } from './zip-package.ts';

export function officeRemarks(related: readonly Relationship[], archive: ZipPackage): ImportNote[] {
  // Hyperlinks point elsewhere and are not content.
  const outside = related.filter(({ type, isExternal }) => isExternal && type !== 'hyperlink').length;
  const objects = related.filter(({ type, isExternal }) => type === 'oleObject' && !isExternal).length;
  return [
    ...(objects > 0 ? [note('embedded-objects', objects)] : []),
    ...(archive.names(/(^|\/)vbaProject\.bin$/i).length > 0 ? [note('macros')] : []),
    ...(outside > 0 ? [note('external-content', outside)] : []),
  ];
}

export function officePictures(related: readonly Relationship[], archive: ZipPackage): DocumentPicture[] {
  const images = related.filter(({ type, isExternal }) => type === 'image' && !isExternal);
  return archive.pictures(images.map(({ target }) => target));
}

export async function* embeddedFiles(
  archive: ZipPackage,
  names: readonly string[],
): AsyncGenerator<FilePart, void> {
  for (const name of new Set(names)) {
    const content = await archive.bytes(name);
    if (content) yield { name: name.slice(name.lastIndexOf('/') + 1), content, isCounted: true };
  }
}
