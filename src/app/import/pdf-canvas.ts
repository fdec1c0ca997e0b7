/** Renders PDF pages to pictures without a DOM, for text recognition only. */

/** Sharp enough for small print, no larger than the recogniser needs. */
const DPI = 200;
const MAX_PIXELS = 16_000_000;

interface Viewport {
  readonly width: number;
  readonly height: number;
}

export interface DrawablePage {
  getViewport(options: { readonly scale: number }): Viewport;
  render(options: object): { readonly promise: Promise<void> };
}

/** Auxiliary canvases for pdf.js; its own factory needs a document, which workers lack. */
export class WorkerCanvasFactory {
  create(
    width: number,
    height: number,
  ): { canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D | null } {
    const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
    return { canvas, context: canvas.getContext('2d') };
  }

  reset(target: { canvas: OffscreenCanvas }, width: number, height: number): void {
    target.canvas.width = width;
    target.canvas.height = height;
  }

  destroy(target: { canvas: OffscreenCanvas | null; context: unknown }): void {
    target.canvas = null;
    target.context = null;
  }
}

/** SVG filters need a document, so pages are recognised without them. */
export class NoFilterFactory {
  addFilter(): string {
    return 'none';
  }

  addHCMFilter(): string {
    return 'none';
  }

  addAlphaFilter(): string {
    return 'none';
  }

  addLuminosityFilter(): string {
    return 'none';
  }

  addHighlightHCMFilter(): string {
    return 'none';
  }

  destroy(): void {
    // Holds no resources.
  }
}

/** Returns a PNG. */
export async function drawPage(page: DrawablePage): Promise<Uint8Array> {
  const { width, height } = page.getViewport({ scale: 1 });
  const scale = Math.min(DPI / 72, Math.sqrt(MAX_PIXELS / Math.max(1, width * height)));
  const viewport = page.getViewport({ scale });
  const canvas = new OffscreenCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
  const canvasContext = canvas.getContext('2d');
  await page.render({ canvas: null, canvasContext, viewport }).promise;
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}
