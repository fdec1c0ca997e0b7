/**
 * PowerPoint files (.pptx): one unit per slide in presentation order, tables included; notes and comments are
 * separate.
 */
import type { FileContent } from './file-content.ts';
import { embeddedFiles, officePictures, officeRemarks } from './office-parts.ts';
import { Stories } from './stories.ts';
import type { XmlListener } from './xml-events.ts';
import type { Relationship, ZipPackage } from './zip-package.ts';

export async function readPptx(archive: ZipPackage, main: string, content: Uint8Array): Promise<FileContent> {
  const ids: string[] = [];
  await archive.parse(content, {
    open: ({ name, attributes }) => {
      if (name === 'sldId') ids.push(attributes['r:id'] ?? '');
    },
  });
  const related = await archive.relationships(main);
  const all: Relationship[] = [...related];
  const stories = new Stories();
  for (const [place, id] of ids.entries()) {
    const part = related.find((relation) => relation.id === id)?.target;
    archive.countMissing(part);
    if (part === undefined) continue;
    const label = String(place + 1);
    stories.open({ part: 'slide', label });
    await archive.read(part, drawingListener(stories));
    const beside = await archive.relationships(part);
    for (const { type, target, isExternal } of beside)
      if (type === 'diagramData' && !isExternal) await archive.read(target, drawingListener(stories));
    stories.close();
    all.push(...beside);
    for (const { type, target, isExternal } of beside) {
      if (isExternal || !(type === 'notesSlide' || type === 'comments')) continue;
      stories.open({ part: type === 'comments' ? 'comment' : 'speaker-notes', label });
      await archive.read(target, drawingListener(stories));
      stories.close();
    }
  }
  const embedded = all.filter(({ type, isExternal }) => type === 'package' && !isExternal);
  return {
    kind: 'pptx',
    units: stories.finish(),
    warnings: [...archive.warnings, ...officeRemarks(all, archive)],
    pictures: officePictures(all, archive),
    parts: embeddedFiles(
      archive,
      embedded.map(({ target }) => target),
    ),
  };
}

/** Texts of the shapes on a sheet or slide, one per shape. */
export async function drawingTexts(archive: ZipPackage, part: string): Promise<string[]> {
  const stories = new Stories();
  stories.open();
  await archive.read(part, drawingListener(stories));
  return stories.finish().map(({ text }) => text);
}

/** DrawingML: one line per paragraph, a row's cells side by side; skips the page number. */
function drawingListener(stories: Stories): XmlListener {
  let isText = false;
  let isNumber = false;
  let numCells = 0;
  let numSkipped = 0;
  return {
    open: ({ name, attributes }) => {
      if (numSkipped > 0 || name === 'Fallback') numSkipped += 1;
      if (numSkipped > 0) return;
      if (name === 'fld') isNumber = attributes.type === 'slidenum';
      if (name === 'tc') numCells += 1;
      if (name === 'br') stories.write('\n');
      if (name === 'tab') stories.write('\t');
      isText = (name === 't' || name === 'text') && !isNumber;
    },
    text: (written) => {
      if (isText && numSkipped === 0) stories.write(written);
    },
    close: (name) => {
      if (numSkipped > 0) {
        numSkipped -= 1;
        return;
      }
      isText = false;
      if (name === 'fld') isNumber = false;
      if (name === 'tc') {
        numCells -= 1;
        stories.write('\t');
      }
      if (name === 'tr') stories.write('\n');
      if (name === 'p' || name === 'text') stories.write(numCells > 0 ? ' ' : '\n');
      if (name === 'txBody' && numCells === 0) stories.write('\n');
    },
  };
}
