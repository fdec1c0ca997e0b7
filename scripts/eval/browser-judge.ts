/** Judges with the built page: headless Chromium, the page's own worker, the element's own properties. */
import { chromium } from 'playwright';
import { preview } from 'vite';
import { findChromium } from '../find-chromium.mjs';
import type { JudgeOptions } from './options.ts';
import type { Judge, JudgedDocument } from './run-evaluation.ts';

export interface BrowserJudge {
  readonly judge: Judge;
  close(): Promise<void>;
}

/** @param root the project's folder, where `vite build` has left `dist/` */
export async function openBrowserJudge(root: string, options: JudgeOptions): Promise<BrowserJudge> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('Chromium or Chrome was not found. Install it, or set CHROMIUM to its path.');
  const server = await preview({ root, logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch({
    executablePath,
    // Chromium's sandbox refuses to start as root, which is what containers usually are.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--enable-unsafe-webgpu'],
  });
  const close = async (): Promise<void> => {
    await browser.close();
    await server.close();
  };
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    const address = server.resolvedUrls?.local[0];
    if (!address) throw new Error('The page could not be served.');
    await page.goto(address);
    await page.evaluate(() => customElements.whenDefined('rank1-rerank').then(() => undefined));
    const judge: Judge = (query, texts) => page.evaluate(judgeInPage, { query, texts, options });
    return { judge, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs in the page. One element for all queries, so that the model is loaded once; it is never shown. */
async function judgeInPage({
  query,
  texts,
  options,
}: {
  query: string;
  texts: readonly string[];
  options: JudgeOptions;
}): Promise<JudgedDocument[]> {
  const holder = globalThis as { evalElement?: HTMLElementTagNameMap['rank1-rerank'] };
  const element = (holder.evalElement ??= document.createElement('rank1-rerank'));
  // null is a default here, undefined there.
  for (const [name, value] of Object.entries(options)) Object.assign(element, { [name]: value ?? undefined });
  element.query = query;
  element.documents = texts.map((text) => ({ text }));
  const judged: JudgedDocument[] = [];
  const failures: Error[] = [];
  const onUpdate = ({ detail }: HTMLElementEventMap['rank1-update']): void => {
    for (const update of detail.updates) {
      if (update.type !== 'finished') continue;
      const { finishReason, verdict, reasoning } = update;
      judged[update.index] = { finishReason, verdict, reasoning };
    }
  };
  const onError = ({ detail }: HTMLElementEventMap['rank1-error']): void => void failures.push(detail.error);
  element.addEventListener('rank1-update', onUpdate);
  element.addEventListener('rank1-error', onError);
  try {
    await element.rerank();
  } finally {
    element.removeEventListener('rank1-update', onUpdate);
    element.removeEventListener('rank1-error', onError);
  }
  if (failures[0]) throw failures[0];
  return judged;
}
