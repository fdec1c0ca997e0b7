/* global DataTransfer, document, Event, File, requestAnimationFrame, scrollBy, setTimeout -- in the page */
// How fast the triage page takes documents in, searches them, scrolls through the verdicts, saves a session to a file and opens
// it again, on the built page in a headless Chromium:
//   node bench/triage.mjs
// Prints seconds for the import of 2,000 text files (about 20,000 passages), milliseconds of searches over all of them, the frames
// of 10 s of scrolling at 3,600 px/s through the review of 10,000, and seconds until the session file is there and until the session
// is shown again after a reload, with its 10,000 verdicts.
import { performance } from 'node:perf_hooks';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from '../scripts/find-chromium.mjs';

const NUM_FILES = 2_000;
const SCROLL_MS = 10_000;
const SCROLL_PX_A_FRAME = 60;

/** Runs in the page: files of ten passages each, in two scripts, with words that repeat as words do. */
function addFiles(numFiles) {
  let seed = 1;
  const random = (limit) => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  const syllables = 'ka lo mi ren ta su ve no pi dor'.split(' ');
  const word = () => {
    const rank = Math.floor(2 ** (random(1_300) / 100)); // frequent words are few
    return [...String(rank)].map((digit) => syllables[Number(digit)]).join('');
  };
  const sentence = () => `${Array.from({ length: 9 + random(9) }, word).join(' ')}.`;
  const chinese = () =>
    `${Array.from({ length: 24 }, () => String.fromCharCode(0x4e00 + random(900))).join('')}。`;
  const transfer = new DataTransfer();
  for (let n = 0; n < numFiles; n++) {
    const paragraphs = Array.from({ length: 96 }, (_, k) =>
      n % 5 === 0 && k % 3 === 0 ? chinese() : sentence(),
    );
    transfer.items.add(new File([paragraphs.join(' ')], `file ${n}.txt`));
  }
  const input = document.querySelector('rank1-documents-panel input[type=file]');
  input.files = transfer.files;
  const start = performance.now();
  input.dispatchEvent(new Event('change'));
  return new Promise((resolve) => {
    const look = () => {
      const { session } = document.querySelector('rank1-triage-app');
      const isDone =
        session.files.length === numFiles && session.texts.numIndexed === session.texts.table.size;
      if (isDone) resolve({ ms: performance.now() - start, numPassages: session.texts.numIndexed });
      else setTimeout(look, 20);
    };
    look();
  });
}

/** Runs in the page: milliseconds of ordinary questions, and of those that cost most. */
function search() {
  const { session } = document.querySelector('rank1-triage-app');
  const wordsOf = (place) => session.texts.table.at(place).text.split(' ');
  const words = wordsOf(17);
  const ordinary = Array.from(
    { length: 20 },
    (_, n) => words.slice(n, n + 8).join(' ') + (n % 2 ? '' : ' 最冷的城市'),
  );
  const costly = {
    'of 40 words': wordsOf(100).slice(0, 40).join(' '),
    'of 200 words': [100, 101, 102].flatMap(wordsOf).slice(0, 200).join(' '),
    'of 20 misspelt words': wordsOf(101)
      .slice(0, 20)
      .map((word) => `${word.slice(0, -2)}x${word.slice(-1)}`)
      .join(' '),
    'of 100 Chinese characters': Array.from({ length: 100 }, (_, n) =>
      String.fromCharCode(0x4e00 + ((n * 37) % 900)),
    ).join(''),
    'of two phrases': `"${words.slice(3, 6).join(' ')}" "${words.slice(1, 3).join(' ')}"`,
  };
  const measure = (query) => {
    const start = performance.now();
    session.texts.find({ query, topK: 100 });
    return performance.now() - start;
  };
  return {
    first: measure(ordinary[0]),
    ordinary: ordinary.slice(1).map(measure),
    costly: Object.entries(costly).map(([name, query]) => [name, measure(query)]),
  };
}

/** Runs in the page: verdicts with chains for every passage, as a run would leave them. */
async function judgeAll() {
  const { session } = document.querySelector('rank1-triage-app');
  await session.ask({ ...session.record.question, query: 'ka lo mi ren', topK: 10_000 }); // fails: there is no model
  const { run } = session;
  const items = run.list.items.map((item, index) => {
    const logitDifference = ((index * 7_919) % 1_000) / 100 - 5;
    const score = 1 / (1 + Math.exp(-logitDifference));
    const verdict = { label: score > 0.5 ? 'true' : 'false', score, logitDifference, forced: false };
    const reasoning = `The passage says "${run.passages[index].text.slice(0, 60)}". `.repeat(4);
    return { ...item, state: 'decided', finishReason: 'verdict', verdict, reasoning, numNewTokens: 60 };
  });
  const order = items.map(({ index }) => index);
  order.sort((a, b) => items[b].verdict.logitDifference - items[a].verdict.logitDifference);
  const { store } = document.querySelector('rank1-session-bar');
  const judged = items.map(({ index, verdict, reasoning }) => ({
    key: `${'0'.repeat(64)}:${run.passages[index].hash}`,
    hash: run.passages[index].hash,
    ...{
      verdict,
      reasoning,
      finishReason: 'verdict',
      truncated: false,
      numPromptTokens: 300,
      numNewTokens: 60,
    },
  }));
  await store.putJudgements(judged);
  run.error = null;
  run.list = { ...run.list, items, order };
  run.dispatchEvent(new Event('change'));
  return order.length;
}

/** Runs in the page: milliseconds from frame to frame while it scrolls down, and the rows that were in the page at most. */
async function scroll({ durationMs, pxAFrame }) {
  document.querySelector('.feed').scrollIntoView();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return new Promise((resolve) => {
    const frames = [];
    let mostRows = 0;
    let start;
    let last;
    const step = (now) => {
      start ??= now;
      if (last !== undefined) frames.push(now - last);
      last = now;
      mostRows = Math.max(mostRows, document.querySelectorAll('.review-row').length);
      if (now - start > durationMs) return resolve({ frames, mostRows });
      scrollBy(0, pxAFrame);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

await build({ mode: 'test', logLevel: 'error' });
const server = await preview({
  mode: 'test',
  logLevel: 'error',
  build: { outDir: 'dist-test' },
  preview: { port: 0 },
});
const browser = await chromium.launch({
  executablePath: findChromium(),
  chromiumSandbox: process.getuid?.() !== 0,
});
const page = await browser.newPage({ serviceWorkers: 'block' });
// The model would be loaded beside the import and share the processor with it.
await page.route(/\/models\//, (route) => route.abort());
await page.goto(`${server.resolvedUrls.local[0]}triage.html`);
await page.locator('rank1-documents-panel .drop').waitFor();
const { ms, numPassages } = await page.evaluate(addFiles, NUM_FILES);
const { first, ordinary, costly } = await page.evaluate(search);
console.log(
  `import: ${NUM_FILES} text files, ${numPassages} passages, stored and indexed, in ${(ms / 1000).toFixed(1)} s`,
);
const times = ordinary.toSorted((a, b) => a - b);
console.log(
  `search: the first ${first.toFixed(1)} ms; ${times.length} of eight words: median ${times[times.length >> 1].toFixed(1)} ms, slowest ${times.at(-1).toFixed(1)} ms`,
);
console.log(`search: ${costly.map(([name, spent]) => `${name} ${spent.toFixed(1)} ms`).join(', ')}`);
const numListed = await page.evaluate(judgeAll);
const { frames, mostRows } = await page.evaluate(scroll, {
  durationMs: SCROLL_MS,
  pxAFrame: SCROLL_PX_A_FRAME,
});
const sorted = frames.toSorted((a, b) => a - b);
const quantile = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
console.log(
  `scroll: ${numListed} passages, at most ${mostRows} rows in the page, ${frames.length} frames: median ${quantile(0.5)} ms, 95th percentile ${quantile(0.95)} ms, longest ${quantile(1)} ms`,
);
const saving = performance.now();
const download = page.waitForEvent('download', { timeout: 0 });
await page.getByRole('button', { name: 'Save to a file' }).click();
await download;
console.log(`session file: in ${((performance.now() - saving) / 1000).toFixed(1)} s`);
await page.goto('about:blank');
const opening = performance.now();
await page.goto(`${server.resolvedUrls.local[0]}triage.html`);
await page.locator('.review-row').first().waitFor();
console.log(`reopening: its results are shown after ${((performance.now() - opening) / 1000).toFixed(1)} s`);
await page.waitForFunction(() => document.querySelector('rank1-triage-app').session.texts.isReady, null, {
  timeout: 0,
});
console.log(`reopening: all can be searched after ${((performance.now() - opening) / 1000).toFixed(1)} s`);
await browser.close();
await server.close();
