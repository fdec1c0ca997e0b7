/**
 * Start-up of the built site with the shipped model on WASM, by part, in Chromium: from the click to the loaded model, the
 * first token and the first verdict of the sample's documents: at the first visit with a new browser profile, and at the next two, each in a browser
 * that was started anew. From the third on the browser has the runtime compiled. `runtime` runs beside `download`, and `hash` beside `session`. Everything is served by this machine, so a download's time says nothing of a network's.
 *
 *   npx tsx bench/run/startup.ts [--arithmetic exact|fast] [--runs 3]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { build } from 'vite';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { describeMachine } from './machine.ts';
import { median } from './report.ts';
import { serve } from './server.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({
  options: { arithmetic: { type: 'string', default: 'exact' }, runs: { type: 'string', default: '3' } },
});

interface Sample {
  readonly query: string;
  readonly documents: readonly { readonly text: string }[];
}

/** Milliseconds since the click, and those of each part of the load. */
interface Start {
  readonly loaded: number;
  readonly firstToken: number;
  readonly firstVerdict: number;
  readonly parts: Readonly<Record<string, number>>;
}

const sample = JSON.parse(readFileSync(path.join(ROOT, 'public/samples/zambezi.json'), 'utf8')) as Sample;
process.chdir(ROOT);
await build({ root: ROOT, logLevel: 'error' });
const { url, server } = await serve([['/', path.join(ROOT, 'dist')]]);
const VISITS = ['first', 'second', 'third'] as const;
const starts: Record<(typeof VISITS)[number], Start[]> = { first: [], second: [], third: [] };
for (let run = 0; run < Number(values.runs); run++) {
  const profile = mkdtempSync(path.join(tmpdir(), 'rank1-startup-'));
  try {
    for (const visit of VISITS) starts[visit].push(await withBrowser(profile, measureStart));
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
server.close();
report();

async function measureStart(page: Page): Promise<Start> {
  // tsx keeps the names of functions with it, in the page as well.
  await page.addInitScript('globalThis.__name = (named) => named;');
  await page.goto(`${url}index.html`);
  await page.waitForFunction(() => customElements.get('rank1-rerank') !== undefined);
  // A browser that has just started is busy with itself.
  await page.waitForTimeout(3_000);
  const times = await page.evaluate(clickAndWait, { sample, arithmetic: values.arithmetic });
  const parts: Record<string, number> = {};
  // The others are the runtime's threads, which wait for work and answer nothing.
  for (const worker of page.workers().filter((worker) => !worker.url().includes('ort-wasm'))) {
    const measures = await worker.evaluate(() =>
      performance.getEntriesByType('measure').map(({ name, duration }) => ({ name, duration })),
    );
    for (const { name, duration } of measures) parts[name] = (parts[name] ?? 0) + duration;
  }
  return { ...times, parts };
}

/** Runs in the page. */
async function clickAndWait({ sample, arithmetic }: { sample: Sample; arithmetic: string }) {
  const element = document.createElement('rank1-rerank');
  const { query, documents } = sample;
  Object.assign(element, { device: 'wasm', arithmetic, query, documents });
  document.body.append(element);
  const clickedAt = performance.now();
  const when = <Detail>(type: string, holds: (detail: Detail) => boolean): Promise<number> =>
    new Promise((resolve, reject) => {
      element.addEventListener(type, (event) => {
        if (holds((event as CustomEvent<Detail>).detail)) resolve(performance.now() - clickedAt);
      });
      element.addEventListener('rank1-error', (event) =>
        reject((event as CustomEvent<{ error: Error }>).detail.error),
      );
    });
  const loaded = when<{ type: string }>('rank1-state', ({ type }) => type === 'running');
  const firstToken = when('rank1-update', () => true);
  const firstVerdict = when('rank1-verdict', () => true);
  const ranked = element.rerank();
  const times = { loaded: await loaded, firstToken: await firstToken, firstVerdict: await firstVerdict };
  await ranked;
  return times;
}

function report(): void {
  const { cpu, cores } = describeMachine(ROOT);
  console.log(
    `${cpu}, ${cores} cores; shipped model, WASM, ${values.arithmetic}; medians of ${values.runs}, milliseconds`,
  );
  const names = [
    ...new Set(
      Object.values(starts)
        .flat()
        .flatMap(({ parts }) => Object.keys(parts)),
    ),
  ];
  const row = (name: string, of: (start: Start) => number) =>
    console.log(
      `| ${name} | ${VISITS.map((visit) => median(starts[visit].map(of)).toFixed(0)).join(' | ')} |`,
    );
  console.log('| | first visit | second | third |\n| --- | ---: | ---: | ---: |');
  for (const name of names) row(name.replace('rank1 ', ''), ({ parts }) => parts[name] ?? 0);
  row('click to loaded', ({ loaded }) => loaded);
  row('click to first token', ({ firstToken }) => firstToken);
  row('click to first verdict', ({ firstVerdict }) => firstVerdict);
}

async function withBrowser<T>(profile: string, use: (page: Page) => Promise<T>): Promise<T> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium was found; set CHROMIUM to one.');
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--disable-background-networking', '--disable-component-update'],
    chromiumSandbox: process.getuid?.() !== 0,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    return await use(page);
  } finally {
    await context.close();
  }
}
