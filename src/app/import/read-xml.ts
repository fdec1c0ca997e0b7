/** Generic XML: element texts and attribute values, with line numbers. */
import type { FileContent } from './file-content.ts';
import { note, type ImportNote } from './import-notes.ts';
import { LineWriter } from './line-writer.ts';
import { readXmlText } from './xml-events.ts';

export function readXmlFile(xml: string): Omit<FileContent, 'kind'> {
  const writer = new LineWriter();
  const { numEntities, isBroken } = readXmlText(xml, {
    open: ({ attributes, line }) => {
      writer.endLine();
      for (const [name, value] of Object.entries(attributes)) {
        if (value.trim() === '') continue;
        writer.write(`${name}: ${value}`, { first: line, last: line });
        writer.endLine();
      }
    },
    text: (text, last) => {
      const first = last - (text.trimStart().split('\n').length - 1);
      writer.write(text, { first, last });
    },
    close: () => writer.endLine(),
  });
  const { text, lines } = writer.finish();
  const warnings: ImportNote[] = [
    ...(isBroken ? [note('damaged-parts', 1)] : []),
    ...(numEntities > 0 ? [note('entities', numEntities)] : []),
  ];
  return { units: [{ text, lines: { each: lines } }], warnings };
}
