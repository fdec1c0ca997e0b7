/** EPUB books: one unit per chapter, in reading order, under its title. */
import type { FileContent } from './file-content.ts';
import { note, UnreadableFile } from './import-notes.ts';
import { decodeText } from './decode-text.ts';
import { htmlToText } from './read-html.ts';
import { Stories } from './stories.ts';
import { resolvePart, type ZipPackage } from './zip-package.ts';

/** Font obfuscation, which occurs in books that are not encrypted. */
const FONT_SCRAMBLING = /(idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)/;

/** References to content outside the book; links are not content. */
const OUTSIDE = /<(?!a[\s])[a-z][^>]*\s(src|href|data|poster)\s*=\s*["']?\s*(https?:)?\/\//gi;

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
  const items = new Map<string, { readonly part: string; readonly type: string }>();
  const spine: string[] = [];
  const pictures: string[] = [];
  await archive.parse(await archive.requiredBytes(root), {
    open: ({ name, attributes }) => {
      if (name === 'item') {
        const type = attributes['media-type'] ?? '';
        const part = resolvePart(folder, decodePath(attributes.href ?? ''));
        items.set(attributes.id ?? '', { part, type });
        if (type.startsWith('image/')) pictures.push(part);
      } else if (name === 'itemref') spine.push(attributes.idref ?? '');
    },
  });
  const stories = new Stories();
  let numOutside = 0;
  for (const [place, id] of spine.entries()) {
    const item = items.get(id);
    const content = item && (await archive.bytes(item.part));
    if (!content) continue;
    const { text: page } = await decodeText(content);
    numOutside += page.match(OUTSIDE)?.length ?? 0;
    // A part's title repeats its heading, or is a file name.
    const text = htmlToText(page.replace(/<title[^>]*>[\s\S]*?<\/title>/i, ''));
    const heading = /<h[1-3][^>]*>([\s\S]{1,300}?)<\/h[1-3]>/i.exec(page)?.[1];
    const title = heading === undefined ? '' : htmlToText(heading).replace(/\s+/g, ' ');
    stories.add(text, { part: 'chapter', label: title || String(place + 1) });
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
