/** Text in a document's pictures, recognised if the user asked for it; otherwise the pictures are counted. */
import type { DocumentPicture, ReadContext } from './file-content.ts';
import { note, type ImportNote } from './import-notes.ts';
import type { TextUnit } from './import-types.ts';

/** Pictures that are only counted, because they are not extracted from their format. */
export function unreadPictures(count: number): DocumentPicture[] {
  return Array.from({ length: count }, (_, n) => ({
    name: String(n + 1),
    read: () => Promise.resolve(null),
  }));
}

export async function readPictures(
  pictures: readonly DocumentPicture[],
  { choices, recognition, onPage }: ReadContext,
): Promise<{ units: TextUnit[]; warnings: ImportNote[] }> {
  const { recognise = [] } = choices;
  const units: TextUnit[] = [];
  let numUnread = 0;
  let numRecognised = 0;
  for (const [place, { name, read }] of pictures.entries()) {
    let text: string | null = null;
    if (recognise.length > 0) {
      onPage(place + 1);
      const picture = await read();
      text = picture && (await recognition.recognise(picture, recognise));
    }
    if (text === null) numUnread += 1;
    else numRecognised += 1;
    if (text) units.push({ text, part: 'recognised', label: name });
  }
  const warnings = [
    ...(numUnread > 0 ? [note('pictures', numUnread)] : []),
    ...(numRecognised > 0 ? [note('recognised-pictures', numRecognised)] : []),
  ];
  return { units, warnings };
}
