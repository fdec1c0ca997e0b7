import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { PDFDocumentProxy, PDFPageProxy, PDFWorker } from 'pdfjs-dist';
import pdfWorkerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { makeStreamsIterable } from '../import/iterable-streams.ts';
import { startConfinedWorker } from '../shell/confined-worker.ts';
import { numberOf } from '../shell/number-text.ts';
import { markPieces } from './page-marks.ts';
import { PageElement } from '../shell/page-element.ts';

/** Browsers refuse canvases much larger than this. */
const MAX_PIXELS = 12_000_000;
const MARK_COLOUR = 'rgb(255 221 87 / 0.55)';

/**
 * A rendered PDF page with a passage highlighted. Drawn on a canvas: the file's scripts do not run, and fonts
 * and character maps come from this site.
 */
export class PdfPageElement extends PageElement {
  @property({ attribute: false }) file: Blob | null = null;
  /** that is shown first, counted from 1; again when the passage changes */
  @property({ type: Number, useDefault: true }) page = 1;
  /** highlighted wherever it occurs on the page */
  @property({ useDefault: true }) passage = '';
  @property({ useDefault: true }) name = '';
  @state() private shownPage = 1;
  @state() private numPages = 0;
  @state() private failed = false;
  #open: Promise<PDFDocumentProxy> | null = null;
  #worker: { readonly port: Worker; readonly reader: PDFWorker } | null = null;
  #drawing: { cancel(): void } | null = null;
  #turn = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('file')) this.#close();
    // The next passage may stand on the same page, while the person has turned to another.
    if (['file', 'page', 'passage'].some((name) => changed.has(name))) this.shownPage = this.page;
    if (isRedrawn(changed)) this.failed = false;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (!this.file || !isRedrawn(changed)) return;
    const turn = ++this.#turn;
    this.#draw(turn).catch(() => (this.failed ||= turn === this.#turn));
  }

  protected override render(): TemplateResult {
    const label = msg(str`Page ${numberOf(this.shownPage)} of ${this.name}, with the passage marked`);
    return html`<div class="page-tools">
        <button
          type="button"
          class="quiet"
          ?disabled=${this.shownPage <= 1}
          @click=${() => (this.shownPage -= 1)}
        >
          ${msg('Page before')}
        </button>
        <span class="page-number" role="status">
          ${this.numPages > 0 ? msg(str`Page ${numberOf(this.shownPage)} of ${numberOf(this.numPages)}`) : nothing}
        </span>
        <button
          type="button"
          class="quiet"
          ?disabled=${this.shownPage >= this.numPages}
          @click=${() => (this.shownPage += 1)}
        >
          ${msg('Next page')}
        </button>
      </div>
      ${this.failed ? html`<p class="problem" role="alert">${msg('This page could not be drawn. Its text is shown under “Text”.')}</p>` : nothing}
      <canvas role="img" aria-label=${label}></canvas>`;
  }

  async #draw(turn: number): Promise<void> {
    const document = await (this.#open ??= this.#load());
    this.numPages = document.numPages;
    const page = await document.getPage(Math.min(this.shownPage, document.numPages));
    const canvas = this.querySelector('canvas');
    if (turn !== this.#turn || !canvas) return;
    this.#drawing?.cancel();
    const viewport = this.#viewport(page, canvas);
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    const drawing = page.render({ canvas, viewport });
    this.#drawing = drawing;
    await drawing.promise.catch((error: unknown) => {
      if (turn === this.#turn) throw error;
    });
    if (turn === this.#turn) await this.#mark(page, canvas);
    this.dispatchEvent(new Event('rank1-page-drawn'));
  }

  /** Fits the available width at the screen's resolution. */
  #viewport(page: PDFPageProxy, canvas: HTMLCanvasElement): ReturnType<PDFPageProxy['getViewport']> {
    const { width, height } = page.getViewport({ scale: 1 });
    const room = (canvas.parentElement?.clientWidth ?? width) * devicePixelRatio;
    return page.getViewport({ scale: Math.min(room / width, Math.sqrt(MAX_PIXELS / (width * height))) });
  }

  async #mark(page: PDFPageProxy, canvas: HTMLCanvasElement): Promise<void> {
    const context = canvas.getContext('2d');
    const { Util } = await import('pdfjs-dist');
    const { items } = await page.getTextContent();
    const pieces = items.flatMap((item) => ('str' in item ? [item] : []));
    const viewport = this.#viewport(page, canvas);
    let first = Infinity;
    for (const { index, from, to } of markPieces(
      pieces.map((piece) => piece.str),
      this.passage,
    )) {
      const piece = pieces[index];
      if (!context || !piece) continue;
      const [a, b, c, d, x, y] = Util.transform(viewport.transform, piece.transform) as number[];
      const width = piece.width * viewport.scale;
      const height = Math.hypot(c ?? 0, d ?? 0);
      context.save();
      context.globalCompositeOperation = 'multiply';
      context.fillStyle = MARK_COLOUR;
      context.translate(x ?? 0, y ?? 0);
      context.rotate(Math.atan2(b ?? 0, a ?? 1));
      context.fillRect(width * from, -height * 0.9, width * (to - from), height * 1.15);
      context.restore();
      first = Math.min(first, (y ?? 0) - height);
    }
    canvas.dataset['marked'] = String(Number.isFinite(first));
    const scroller = this.parentElement;
    if (!Number.isFinite(first) || !scroller) return;
    const top =
      canvas.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    scroller.scrollTop = top + (first / canvas.height) * canvas.clientHeight - scroller.clientHeight / 4;
  }

  async #load(): Promise<PDFDocumentProxy> {
    makeStreamsIterable();
    const { getDocument, PDFWorker, VerbosityLevel } = await import('pdfjs-dist');
    const port = startConfinedWorker(pdfWorkerUrl, 'rank1-pdf');
    // The types do not allow a port, but the option has always accepted one.
    const reader = new PDFWorker({ port: port as unknown as null });
    this.#worker = { port, reader };
    const folder = (name: string): string => new URL(`${name}/`, document.baseURI).href;
    return getDocument({
      data: new Uint8Array((await this.file?.arrayBuffer()) ?? new ArrayBuffer(0)),
      worker: reader,
      cMapUrl: folder('pdf-cmaps'),
      standardFontDataUrl: folder('pdf-fonts'),
      wasmUrl: folder('pdf-wasm'),
      isEvalSupported: false,
      enableXfa: false,
      stopAtErrors: false,
      verbosity: VerbosityLevel.ERRORS,
    }).promise;
  }

  #close(): void {
    this.#turn += 1;
    this.#drawing?.cancel();
    this.#worker?.reader.destroy();
    this.#worker?.port.terminate();
    this.#worker = null;
    this.#open = null;
    this.numPages = 0;
  }
}

function isRedrawn(changed: ReadonlyMap<PropertyKey, unknown>): boolean {
  return ['file', 'shownPage', 'passage'].some((name) => changed.has(name));
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-pdf-page': PdfPageElement;
  }
}
