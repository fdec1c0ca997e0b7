import type { BrowserPage } from './browser-page.ts';

export interface Load {
  readonly elapsedMs: number;
  /** workers that were ended because their threads did not start */
  readonly numStalls: number;
  /** why the model runs as it does */
  readonly reason: string;
}

/** Longer than two starts that stall and one on a single thread. */
const HANG_MS = 120_000;

/** The demo page loads its model on the CPU and judges one document at once. Null: it hung. */
export async function loadModel(page: BrowserPage, site: string): Promise<Load | null> {
  await page.goto(`${site}index.html`);
  return page.evaluate(async (hangMs) => {
    const element = document.querySelector('rank1-rerank')!;
    // The page's sample would replace the document that is given before it.
    while (element.documents.length < 14) await new Promise(requestAnimationFrame);
    let numStalls = 0;
    element.addEventListener('rank1-state', ({ detail }) => {
      if (detail.type === 'recovering') numStalls++;
    });
    const documents = ['Yakutsk is cold.'];
    Object.assign(element, { device: 'wasm', mode: 'instant', query: 'cold?', documents });
    await element.updateComplete;
    const start = performance.now();
    const hung = new Promise<'hung'>((resolve) => setTimeout(resolve, hangMs, 'hung'));
    if ((await Promise.race([element.rerank(), hung])) === 'hung') return null;
    if (element.phase !== 'complete') throw element.controller.error ?? new Error(element.phase);
    const reason = element.controller.model?.deviceReason ?? '';
    return { elapsedMs: Math.round(performance.now() - start), numStalls, reason };
  }, HANG_MS);
}
