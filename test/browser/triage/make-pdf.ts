/** Small PDF files, written by hand: pages of text, pages without, scripts, and fonts that name a character map. */

export interface PdfPage {
  /** drawn as one line; left out for a page without a text layer */
  readonly text?: string;
  /** Big5 bytes, in a font that is not in the file and names a predefined character map */
  readonly big5?: readonly number[];
}

export function makePdf(pages: readonly PdfPage[], script?: string): Buffer {
  const objects: string[] = ['', ''];
  const add = (body: string): number => objects.push(body);
  const latin = add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  // Without a descriptor no reader asks for the character map.
  const descriptor = add(
    '<< /Type /FontDescriptor /FontName /MSung-Light /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
  );
  const descendant = add(
    `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MSung-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (CNS1) /Supplement 0 >> /DW 1000 /FontDescriptor ${descriptor} 0 R >>`,
  );
  const chinese = add(
    `<< /Type /Font /Subtype /Type0 /BaseFont /MSung-Light-ETen-B5-H /Encoding /ETen-B5-H /DescendantFonts [${descendant} 0 R] >>`,
  );
  const kids = pages.map(({ text, big5 }) => {
    const shown = [
      ...(text === undefined ? ['0 0 100 100 re f'] : [`BT /F1 12 Tf 72 720 Td (${escape(text)}) Tj ET`]),
      ...(big5 ? [`BT /F2 12 Tf 72 680 Td <${Buffer.from(big5).toString('hex')}> Tj ET`] : []),
    ].join('\n');
    const content = add(`<< /Length ${shown.length} >>\nstream\n${shown}\nendstream`);
    return add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${content} 0 R /Resources << /Font << /F1 ${latin} 0 R /F2 ${chinese} 0 R >> >> >>`,
    );
  });
  const action = script === undefined ? '' : `/OpenAction << /S /JavaScript /JS (${escape(script)}) >>`;
  objects[0] = `<< /Type /Catalog /Pages 2 0 R ${action} >>`;
  objects[1] = `<< /Type /Pages /Count ${pages.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`;

  let file = '%PDF-1.7\n';
  const offsets = objects.map((body, place) => {
    const offset = file.length;
    file += `${place + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

function escape(text: string): string {
  return text.replace(/[\\()]/g, '\\$&');
}
