/**
 * PDF to text, a unit a page. Only text is asked for: nothing is drawn, no font is loaded, scripts in the file are data.
 * The parser runs in the worker it is called in; the files it may fetch (character maps of CJK fonts) are our own.
 */
import { UnreadableFile, type TextUnit } from './import-types.ts';
import { IMPORT_LIMITS } from './import-limits.ts';

/** @param cMapUrl folder with the character maps of pdf.js; same origin */
export async function readPdf(
  bytes: Uint8Array,
  cMapUrl: string,
): Promise<{ units: TextUnit[]; warnings: string[] }> {
  // The parser's other half finds its worker's half here, and starts no second worker.
  await import('pdfjs-dist/build/pdf.worker.mjs');
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist');
  const loading = getDocument({
    data: bytes,
    cMapUrl,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
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
}): Promise<{ units: TextUnit[]; warnings: string[] }> {
  const units: TextUnit[] = [];
  const textless: number[] = [];
  const broken: number[] = [];
  const numPages = Math.min(document.numPages, IMPORT_LIMITS.maxPages);
  for (let page = 1; page <= numPages; page++) {
    try {
      const text = await readPage(await document.getPage(page));
      if (text === '') textless.push(page);
      else units.push({ text, page, firstLine: 1 });
    } catch {
      broken.push(page);
    }
  }
  if (units.length === 0 && textless.length > 0) {
    const pages = numPages === 1 ? 'Its one page has' : `Its ${numPages} pages have`;
    throw new UnreadableFile(
      `${pages} no text layer: this is probably a scan. Run it through text recognition (OCR) and add it again.`,
    );
  }
  const warnings: string[] = [];
  if (textless.length > 0) warnings.push(`No text layer, probably scanned: ${pageList(textless)}.`);
  if (broken.length > 0) warnings.push(`Damaged, and left out: ${pageList(broken)}.`);
  if (numPages < document.numPages) warnings.push(`Only the first ${numPages} pages were read.`);
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

function pageList(pages: readonly number[]): string {
  const shown = pages.slice(0, 8).join(', ') + (pages.length > 8 ? ', …' : '');
  return `${pages.length === 1 ? 'page' : 'pages'} ${shown}`;
}

function pdfProblem(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException')
    return 'This PDF is locked with a password. Save it without one and add it again.';
  return 'This PDF is damaged and cannot be read.';
}
