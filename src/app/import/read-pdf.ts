/**
 * PDF to text: one unit per page, plus form fields and annotations. Renders only scanned pages whose
 * recognition the user requested; loads no fonts and runs no scripts of the file. The parser runs in the
 * calling worker and fetches only our own files (character maps of CJK fonts).
 */
import type { FileContent, FilePart, ReadContext } from './file-content.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, UnreadableFile, type ImportNote, type UnreadNote } from './import-notes.ts';
import type { TextUnit } from './import-types.ts';
import { makeStreamsIterable } from './iterable-streams.ts';
import { readAnnotations, type PdfAnnotation } from './pdf-annotations.ts';
import { drawPage, NoFilterFactory, WorkerCanvasFactory, type DrawablePage } from './pdf-canvas.ts';
import { layOutPage, type PdfTextContent } from './pdf-layout.ts';
import { pictureCoverage, type Coverage, type OperationNames, type OperatorList } from './pdf-pictures.ts';
import { wordSet } from './word-set.ts';

/** The parts of pdf.js used here. */
interface PdfPage extends DrawablePage {
  readonly view: readonly number[];
  getTextContent(): Promise<PdfTextContent>;
  getAnnotations(): Promise<readonly PdfAnnotation[]>;
  getOperatorList(): Promise<OperatorList>;
  cleanup(): unknown;
}

interface PdfDocument {
  readonly numPages: number;
  getPage(page: number): Promise<PdfPage>;
  getMetadata(): Promise<{ info: object }>;
  getAttachments(): Promise<unknown>;
}

/** On a scanned page less text than this is a stamp or a page number, not the text of the scan. */
const FEW_CHARACTERS = 300;
const SCAN_SHARE = 0.5;
/** Maximum share of visible characters that may be unreadable. */
const MAX_GARBLED_SHARE = 0.3;

export async function readPdf(bytes: Uint8Array, context: ReadContext): Promise<FileContent> {
  makeStreamsIterable();
  // pdf.js finds its worker half here and starts no second worker.
  await import('pdfjs-dist/build/pdf.worker.mjs');
  const { getDocument, VerbosityLevel, OPS } = await import('pdfjs-dist');
  // Check before the parser takes ownership of the bytes.
  const isForCertificates = holdsText(bytes, '/Adobe.PubSec');
  const hasPictures = holdsText(bytes, '/Image');
  const loading = getDocument({
    data: bytes,
    cMapUrl: context.cMapUrl,
    isEvalSupported: false,
    disableFontFace: true,
    CanvasFactory: WorkerCanvasFactory,
    FilterFactory: NoFilterFactory,
    useSystemFonts: false,
    useWorkerFetch: true, // otherwise pdf.js fetches through the document, which workers lack
    enableXfa: false,
    stopAtErrors: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  const document = await loading.promise.catch((error: unknown) => {
    throw new UnreadableFile(isForCertificates ? note('locked-certificate') : pdfProblem(error), {
      cause: error,
    });
  });
  try {
    return await new PdfReader(document, OPS, hasPictures, context).read();
  } finally {
    await loading.destroy();
  }
}

class PdfReader {
  readonly #document: PdfDocument;
  readonly #operations: OperationNames;
  readonly #hasPictures: boolean;
  readonly #context: ReadContext;
  readonly #units: TextUnit[] = [];
  readonly #parts: FilePart[] = [];
  readonly #pages: Record<'scanned' | 'stamped' | 'garbled' | 'damaged' | 'recognised' | 'unrecognised', number[]> = {
    scanned: [], stamped: [], garbled: [], damaged: [], recognised: [], unrecognised: [],
  }; // prettier-ignore
  #numPictures = 0;
  #numValues = 0;

  constructor(document: PdfDocument, operations: OperationNames, hasPictures: boolean, context: ReadContext) {
    this.#document = document;
    this.#operations = operations;
    this.#hasPictures = hasPictures;
    this.#context = context;
  }

  async read(): Promise<FileContent> {
    const { budget, choices, onPage } = this.#context;
    let numPages = Math.min(this.#document.numPages, IMPORT_LIMITS.maxPages);
    for (let page = 1; page <= numPages; page++) {
      if (page > 1 && budget.isOutOfTime && !choices.recognise) {
        numPages = page - 1;
        break;
      }
      onPage(page);
      try {
        await this.#readPage(await this.#document.getPage(page), page);
      } catch {
        this.#pages.damaged.push(page);
      }
    }
    await this.#readAttachments();
    const { scanned, garbled, damaged } = this.#pages;
    if (this.#units.length === 0 && this.#parts.length === 0) {
      if (scanned.length > 0) throw new UnreadableFile(note('scanned-pdf', numPages));
      if (garbled.length > 0) throw new UnreadableFile(note('garbled-pdf'));
      if (damaged.length > 0) throw new UnreadableFile(note('damaged-pdf'));
    }
    return { kind: 'pdf', units: this.#units, warnings: await this.#warnings(numPages), parts: this.#parts };
  }

  async #readPage(page: PdfPage, number: number): Promise<void> {
    const { text, lines } = layOutPage(await page.getTextContent());
    const { fields, notes, files } = readAnnotations(await page.getAnnotations());
    // Listing a page's operations decodes its pictures, which takes time.
    const coverage = this.#hasPictures || text.length < FEW_CHARACTERS ? await this.#coverage(page) : null;
    const problem = isGarbled(text) ? 'garbled' : coverage && problemOf(coverage, text);
    if (problem !== 'garbled' && text !== '')
      this.#units.push({ text, page: number, lines: { each: lines } });
    if (problem) await this.#recognise(page, number, problem);
    // A picture that fills a page of text is the scan of that text.
    else if (coverage && coverage.share < SCAN_SHARE)
      await this.#recognisePictures(page, number, coverage.numPictures, text);
    page.cleanup();
    if (fields.length > 0) this.#units.push({ text: fields.join('\n'), page: number, part: 'form' });
    for (const written of notes) this.#units.push({ text: written, page: number, part: 'annotation' });
    this.#numValues += fields.length;
    this.#parts.push(...files);
  }

  async #coverage(page: PdfPage): Promise<Coverage> {
    return pictureCoverage(await page.getOperatorList(), this.#operations, page.view);
  }

  /** Recognises the page if the user asked for it; otherwise reports that it needs recognition. */
  async #recognise(page: PdfPage, number: number, problem: 'scanned' | 'stamped' | 'garbled'): Promise<void> {
    const { choices, recognition } = this.#context;
    const { recognise = [] } = choices;
    if (recognise.length === 0) {
      this.#pages[problem].push(number);
      return;
    }
    const text = (await recognition.recognise(await drawPage(page), recognise)) ?? '';
    this.#pages[text === '' ? 'unrecognised' : 'recognised'].push(number);
    if (text !== '') this.#units.push({ text, page: number, part: 'recognised' });
  }

  /** Recognises the page and keeps the lines with words that its text layer lacks. */
  async #recognisePictures(page: PdfPage, number: number, numPictures: number, layer: string): Promise<void> {
    const { choices, recognition } = this.#context;
    const { recognise = [] } = choices;
    if (numPictures === 0) return;
    if (recognise.length === 0) {
      this.#numPictures += numPictures;
      return;
    }
    const known = wordSet(layer);
    const recognised = (await recognition.recognise(await drawPage(page), recognise)) ?? '';
    const lines = recognised
      .split('\n')
      .filter((line) => [...wordSet(line)].some((word) => !known.has(word)));
    if (lines.length > 0) this.#units.push({ text: lines.join('\n'), page: number, part: 'recognised' });
    this.#pages.recognised.push(number);
  }

  /** A damaged attachment must not lose the pages. */
  async #readAttachments(): Promise<void> {
    const attachments: unknown = await this.#document.getAttachments().catch(() => null);
    for (const attached of Object.values(attachments ?? {}) as { filename?: string; content?: unknown }[])
      if (attached.content instanceof Uint8Array)
        this.#parts.push({ name: attached.filename || 'attachment', content: attached.content });
  }

  async #warnings(numPages: number): Promise<ImportNote[]> {
    const { scanned, stamped, garbled, damaged, recognised, unrecognised } = this.#pages;
    const info: { IsXFAPresent?: boolean } = await this.#document.getMetadata().then(
      (metadata) => metadata.info,
      () => ({}),
    );
    return [
      ...(scanned.length > 0 ? [note('scanned-pages', ...scanned)] : []),
      ...(stamped.length > 0 ? [note('stamped-pages', ...stamped)] : []),
      ...(garbled.length > 0 ? [note('garbled-pages', ...garbled)] : []),
      ...(damaged.length > 0 ? [note('damaged-pages', ...damaged)] : []),
      ...(unrecognised.length > 0 ? [note('unrecognised-pages', ...unrecognised)] : []),
      ...(recognised.length > 0 ? [note('recognised-pages', ...recognised)] : []),
      ...(numPages < this.#document.numPages ? [note('first-pages', numPages)] : []),
      // If the older form fields are present too, the form is complete.
      ...(info.IsXFAPresent === true && this.#numValues === 0 ? [note('xfa-form')] : []),
      ...(this.#numPictures > 0 ? [note('pictures', this.#numPictures)] : []),
    ];
  }
}

function problemOf({ share, isDrawn }: Coverage, text: string): 'scanned' | 'stamped' | null {
  if (text === '' && isDrawn) return 'scanned';
  return text.length < FEW_CHARACTERS && share >= SCAN_SHARE ? 'stamped' : null;
}

/** Letters without meaning: private-use characters, missing mappings, or symbols in place of words. */
function isGarbled(text: string): boolean {
  const visible = text.replace(/[\s._\-–—]/g, '');
  if (visible.length === 0) return false;
  // eslint-disable-next-line no-control-regex -- they are what is counted
  const numNone = visible.match(/[\ue000-\uf8ff\ufffd\u0000-\u001f\u007f-\u009f]/g)?.length ?? 0;
  if (numNone > visible.length * MAX_GARBLED_SHARE) return true;
  const numWritten = visible.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return visible.length >= 100 && numWritten < visible.length * MAX_GARBLED_SHARE;
}

function pdfProblem(error: unknown): UnreadNote {
  return note(error instanceof Error && error.name === 'PasswordException' ? 'locked-pdf' : 'damaged-pdf');
}

function holdsText(bytes: Uint8Array, text: string): boolean {
  const wanted = new TextEncoder().encode(text);
  for (let at = bytes.indexOf(wanted[0] ?? 0); at !== -1; at = bytes.indexOf(wanted[0] ?? 0, at + 1))
    if (wanted.every((byte, place) => bytes[at + place] === byte)) return true;
  return false;
}
