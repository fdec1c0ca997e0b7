/** EPUB books: one unit per chapter, in reading order, under its title. */
import type { FileContent } from './file-content.ts';
import { note, UnreadableFile } from './import-notes.ts';
import { decodeText } from './decode-text.ts';
import { readChapter } from './read-html.ts';
import { Stories } from './stories.ts';
import { resolvePart, type ZipPackage } from './zip-package.ts';

/** Font obfuscation, which occurs in books that are not encrypted. */
const FONT_SCRAMBLING = /(idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)/;

export async function readEpub(archive: ZipPackage): Promise<FileContent> {
  let isLocked = false;
  await archive.read('META-INF/encryption.xml', {
    open: ({ name, attributes }) => {
      if (name === 'EncryptionMethod' && !FONT_SCRAMBLING.test(attributes.Algorithm ?? '')) isLocked = true;
    },
  });
  if (isLocked) throw new UnreadableFile(note('locked-document'));
  let root = '';
  await archive.read('META-INF/container.xml', {
    open: ({ name, attributes }) => {
      if (name === 'rootfile') root ||= attributes['full-path'] ?? '';
    },
  });
  const folder = root.slice(0, root.lastIndexOf('/') + 1);
  /** parts by id */
  const items = new Map<string, string>();
  const spine: string[] = [];
  const pictures: string[] = [];
  await archive.parse(await archive.requiredBytes(root), {
    open: ({ name, attributes }) => {
      if (name === 'item') {
        const part = resolvePart(folder, decodePath(attributes.href ?? ''));
        items.set(attributes.id ?? '', part);
        if (attributes['media-type']?.startsWith('image/')) pictures.push(part);
      } else if (name === 'itemref') spine.push(attributes.idref ?? '');
    },
  });
  const stories = new Stories();
  let numOutside = 0;
  for (const [place, id] of spine.entries()) {
    const part = items.get(id) ?? '';
    archive.countMissing(part);
    const content = await archive.bytes(part);
    if (!content) continue;
    const chapter = readChapter((await decodeText(content)).text);
    numOutside += chapter.numOutside;
    const label = chapter.heading || String(place + 1);
    stories.add(chapter.text, { part: 'chapter', label });
  }
  const warnings = [...archive.warnings, ...(numOutside > 0 ? [note('external-content', numOutside)] : [])];
  return { kind: 'epub', units: stories.finish(), warnings, pictures: archive.pictures(pictures) };
}

function decodePath(href: string): string {
  const [path = ''] = href.split('#');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
