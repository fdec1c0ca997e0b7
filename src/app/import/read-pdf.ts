/**
 * PDF to text, a unit a page. Only text is asked for: nothing is drawn, no font is loaded, scripts in the file are data.
 * The parser runs in the worker it is called in; the files it may fetch (character maps of CJK fonts) are our own.
 */
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, UnreadableFile, type ImportNote, type UnreadNote } from './import-notes.ts';
import type { TextUnit } from './import-types.ts';

/** @param cMapUrl folder with the character maps of pdf.js; same origin */
export async function readPdf(
  bytes: Uint8Array,
  cMapUrl: string,
): Promise<{ units: TextUnit[]; warnings: ImportNote[] }> {
  // The parser's other half finds its worker's half here, and starts no second worker.
  await import('pdfjs-dist/build/pdf.worker.mjs');
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist');
  const loading = getDocument({
    data: bytes,
    cMapUrl,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: true, // the other way it asks the document, which a worker has none of
    enableXfa: false,
    stopAtErrors: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  const document = await loading.promise.catch((error: unknown) => {
    throw new UnreadableFile(pdfProblem(error), { cause: error });
  });
  try {
    return await readPages(document);
  } finally {
    await loading.destroy();
  }
}

interface TextPage {
  getTextContent(): Promise<{ items: readonly object[] }>;
  cleanup(): unknown;
}

async function readPages(document: {
  readonly numPages: number;
  getPage(page: number): Promise<TextPage>;
}): Promise<{ units: TextUnit[]; warnings: ImportNote[] }> {
  const units: TextUnit[] = [];
  const textless: number[] = [];
  const broken: number[] = [];
  const numPages = Math.min(document.numPages, IMPORT_LIMITS.maxPages);
  for (let page = 1; page <= numPages; page++) {
    try {
      const text = await readPage(await document.getPage(page));
      if (text === '') textless.push(page);
      else units.push({ text, page, lines: { first: 1 } });
    } catch {
      broken.push(page);
    }
  }
  if (units.length === 0 && textless.length > 0) throw new UnreadableFile(note('scanned-pdf', numPages));
  const warnings: ImportNote[] = [];
  if (textless.length > 0) warnings.push(note('scanned-pages', ...textless));
  if (broken.length > 0) warnings.push(note('damaged-pages', ...broken));
  if (numPages < document.numPages) warnings.push(note('first-pages', numPages));
  return { units, warnings };
}

async function readPage(page: TextPage): Promise<string> {
  const { items } = await page.getTextContent();
  const text = items
    .map((item) => ('str' in item ? `${String(item.str)}${'hasEOL' in item && item.hasEOL ? '\n' : ''}` : ''))
    .join('');
  page.cleanup();
  return text.trim();
}

function pdfProblem(error: unknown): UnreadNote {
  return note(error instanceof Error && error.name === 'PasswordException' ? 'locked-pdf' : 'damaged-pdf');
}
