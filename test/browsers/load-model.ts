import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserPage } from './browser-page.ts';

export type Load =
  | {
      readonly type: 'loaded';
      readonly elapsedMs: number;
      /** why workers were ended and replaced */
      readonly recoveries: readonly string[];
      /** why the model runs on this device, with these threads */
      readonly reason: string;
    }
  /** The element gave up, and says why. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'hung'; readonly what: 'load' | 'page' };

/** Longer than two starts that stall and one on a single thread. */
const HUNG_LOAD_MS = 120_000;
/** By then even a page that was slow to open has told that its load hung. */
const HUNG_PAGE_MS = 2 * HUNG_LOAD_MS;

/**
 * The demo page loads its model on the CPU and judges one document at once.
 *
 * @throws a fault of the driver: it says nothing about the page
 */
export function loadModel(page: BrowserPage, site: string): Promise<Load> {
  const hung = delay(HUNG_PAGE_MS, { type: 'hung', what: 'page' } as const, { ref: false });
  return Promise.race([loadInPage(page, site), hung]);
}

async function loadInPage(page: BrowserPage, site: string): Promise<Load> {
  await page.goto(`${site}index.html`);
  return page.evaluate(async (hungMs): Promise<Load> => {
    // The page makes the element when its language is loaded, and its sample would replace what is given before it.
    while (document.querySelector('rank1-rerank')?.documents?.length !== 14)
      await new Promise(requestAnimationFrame);
    const element = document.querySelector('rank1-rerank')!;
    const recoveries: string[] = [];
    element.addEventListener('rank1-state', ({ detail }) => {
      if (detail.type === 'recovering') recoveries.push(detail.message);
    });
    const documents = ['Yakutsk is cold.'];
    Object.assign(element, { device: 'wasm', mode: 'instant', query: 'cold?', documents });
    await element.updateComplete;
    const start = performance.now();
    const hung = new Promise<'hung'>((resolve) => setTimeout(resolve, hungMs, 'hung'));
    if ((await Promise.race([element.rerank(), hung])) === 'hung') return { type: 'hung', what: 'load' };
    if (element.phase !== 'complete')
      return { type: 'failed', message: element.controller.error?.message ?? element.phase };
    const reason = element.controller.model?.deviceReason ?? '';
    return { type: 'loaded', elapsedMs: Math.round(performance.now() - start), recoveries, reason };
  }, HUNG_LOAD_MS);
}
