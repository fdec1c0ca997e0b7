/** Judges with the built page: headless Chromium, the page's own worker, the element's own properties. */
import { createHash } from 'node:crypto';
import { chromium } from 'playwright';
import { preview } from 'vite';
import { findChromium } from '../find-chromium.mjs';
import { judgedDocument, type Judge, type JudgedDocument } from './judge.ts';
import type { JudgeOptions } from './options.ts';

/** What judges, as it turned out. */
export interface JudgingModel {
  /** of `rank1.json`, which holds the hashes of all other files; null where it cannot be fetched */
  readonly manifestSha256: string | null;
  readonly dtype: string;
  readonly device: string;
}

export interface BrowserJudge {
  readonly judge: Judge;
  readonly model: JudgingModel;
  close(): Promise<void>;
}

/**
 * Loads the model, so that a wrong address is told before anything is written.
 *
 * @param root the project's folder, where `vite build` has left `dist/`
 */
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
    const { manifest, ...loaded } = await page.evaluate(loadInPage, options);
    const manifestSha256 = manifest === null ? null : createHash('sha256').update(manifest).digest('hex');
    const judge: Judge = async (query, documents) => {
      const updates = await page.evaluate(judgeInPage, { query, documents });
      const judged: JudgedDocument[] = [];
      for (const update of updates) judged[update.index] = judgedDocument(update);
      return judged;
    };
    return { judge, model: { manifestSha256, ...loaded }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Runs in the page. One element for all queries, so that the model is loaded once; it is never shown. It judges one word
 * at once, which loads the model; then it is told how to judge.
 */
async function loadInPage({ model, dtype, device, rerank }: JudgeOptions) {
  const element = document.createElement('rank1-rerank');
  const failures: Error[] = [];
  element.addEventListener('rank1-error', ({ detail }) => void failures.push(detail.error));
  Object.assign(element, { model, dtype, device, mode: 'instant', query: 'ready', documents: ['ready'] });
  await element.rerank();
  if (failures[0]) throw failures[0];
  Object.assign(element, { mode: 'reason', ...rerank });
  (globalThis as { evalElement?: typeof element }).evalElement = element;
  const folder = new URL(model.endsWith('/') ? model : `${model}/`, document.baseURI);
  const response = await fetch(new URL('rank1.json', folder)).catch(() => null);
  return {
    manifest: response?.ok ? await response.text() : null,
    dtype: element.controller.model?.dtype ?? dtype,
    device: element.controller.model?.device ?? device,
  };
}

/** Runs in the page. */
async function judgeInPage({
  query,
  documents,
}: {
  query: string;
  documents: Parameters<Judge>[1];
}): Promise<Parameters<typeof judgedDocument>[0][]> {
  const element = (globalThis as { evalElement?: HTMLElementTagNameMap['rank1-rerank'] }).evalElement!;
  element.query = query;
  element.documents = documents;
  const finished: Parameters<typeof judgedDocument>[0][] = [];
  const failures: Error[] = [];
  const onUpdate = ({ detail }: HTMLElementEventMap['rank1-update']): void => {
    for (const update of detail.updates) if (update.type === 'finished') finished.push(update);
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
  return finished;
}
