/** `npm run bench`: prepares the files, builds the page, and measures the contenders in turns in one Chromium. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from 'playwright';
import { format, resolveConfig } from 'prettier';
import { build } from 'vite';
import { findChromium } from '../../scripts/find-chromium.mjs';
import type { BenchPage, BrowserDescription, Measurement, MeasureOptions } from '../page/main.ts';
import { CONTENDERS, DEFAULT_SLOTS, type ContenderName } from '../page/types.ts';
import { readJudged } from './judged.ts';
import { describeMachine } from './machine.ts';
import { isReranker, isTrained, MODELS, prepareModel, type ModelName } from './models.ts';
import { reportFromResults } from './posted-results.ts';
import { cellName, compactRun, summarise, toMarkdown, type Report, type RunRecord } from './report.ts';
import { profilePage } from './profile.ts';
import { barChart, slotsChart } from './plot.ts';
import { peakMemory, processorSeconds, setPriority } from './processes.ts';
import { serve } from './server.ts';

/** `ours` is in exact arithmetic; `ours-1` has one slot; `ours-no-…`, `ours-split-…` and `ours-unfused-…` are ours without one feature. */
const BATCHING = /^(ours(-fast|-stored|-(no|split|unfused)-.*)?|reranker(-fast)?)$|-batch$/;
/** Of a model without chains, the contenders that score. */
const SCORING = /^(reranker|transformers$|wllama)/;

/** Beside the folders of models. */
const JUDGED = 'judged.json';

const root = fileURLToPath(new URL('../..', import.meta.url));

const USAGE = `npm run bench -- [options]

  --device wasm|webgpu     (default wasm)
  --model default|demo|shapes-135m|shapes-0.5b|qwen3-reranker-0.6b|qwen3-reranker-tiny
                           (default demo); default is the shipped model; shapes have random weights and chains of a fixed length, the rerankers
                           random weights and no chains: they are scored by reranker, transformers and wllama
  --layers N               of a reranker (default all)
  --words N                of every document, cut from all samples in a row (default: the samples as they are)
  --dtype q4|q4f16         (default q4; q4f16 needs a GPU with 16-bit floats and exists for shapes)
  --documents N[,N...]     (default 32); several numbers: each is measured
  --runs N                 turns of every contender (default 3)
  --contenders A,B,...     of ${CONTENDERS.join(', ')}
                           (default ours,ours-fast,transformers,transformers-batch,wllama,wllama-batch;
                           without chains reranker,reranker-fast,transformers,wllama)
  --once A,B,...           of the contenders, those that take part in the first turn only (default none)
  --slots N[,N...]         rows decoded together by those that batch (default ${DEFAULT_SLOTS}); several: each is measured
  --max-new-tokens N       longest chain (default 256; shapes: exactly 64)
  --query ID               sample collection whose query is asked (default zambezi)
  --judged FILE            an *.eval.jsonl(.gz) whose first queries' candidates are the documents; adds nDCG@10
  --queries N              of it (default 2)
  --adapter swiftshader|default  WebGPU adapter: the software one, or the machine's (default swiftshader)
  --warm-up N              documents of the unmeasured run before each measured one (default 2; 0: none)
  --name NAME              of the report (default <date>-<device>)
  --nice=N                 priority of the browser's processes while a run is measured; below 0 needs root
  --profile                a CPU profile of our own run instead of the turns
  --page-only              build the page, the model's files and dist-bench-<device>/plan.json; measure nothing (bench/gpu)
  --from FILE              make the report from results that a page measured by itself (bench/gpu), or
                           write the .md and .svg of a report's .json anew
`;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      device: { type: 'string', default: 'wasm' },
      model: { type: 'string', default: 'demo' },
      dtype: { type: 'string', default: 'q4' },
      documents: { type: 'string', default: '32' },
      runs: { type: 'string', default: '3' },
      contenders: { type: 'string' },
      layers: { type: 'string' },
      words: { type: 'string' },
      once: { type: 'string', default: '' },
      slots: { type: 'string', default: String(DEFAULT_SLOTS) },
      'max-new-tokens': { type: 'string' },
      query: { type: 'string', default: 'zambezi' },
      judged: { type: 'string' },
      queries: { type: 'string', default: '2' },
      adapter: { type: 'string', default: 'swiftshader' },
      'warm-up': { type: 'string', default: '2' },
      nice: { type: 'string' },
      name: { type: 'string' },
      profile: { type: 'boolean', default: false },
      'page-only': { type: 'boolean', default: false },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.from) {
    const report = values.from.endsWith('.json')
      ? (JSON.parse(readFileSync(values.from, 'utf8')) as Report)
      : reportFromResults(values.from);
    console.log(await write(values.name ?? path.basename(values.from).replace(/\.jsonl?$/, ''), report));
    return 0;
  }
  const device = oneOf('--device', values.device, ['wasm', 'webgpu'] as const);
  const modelName = oneOf('--model', values.model, MODELS) as ModelName;
  const stopAtVerdict = isTrained(modelName);
  const maxNewTokens = Number(values['max-new-tokens'] ?? (stopAtVerdict ? 256 : 64));
  const scores = isReranker(modelName);
  const names = (
    values.contenders ??
    (scores
      ? 'reranker,reranker-fast,transformers,wllama'
      : 'ours,ours-fast,transformers,transformers-batch,wllama,wllama-batch')
  )
    .split(',')
    .map(
      (name) =>
        oneOf(
          '--contenders',
          name,
          scores ? CONTENDERS.filter((one) => SCORING.test(one)) : CONTENDERS,
        ) as ContenderName,
    );
  const layers = values.layers === undefined ? undefined : numbers('--layers', values.layers)[0]!;
  const words = values.words === undefined ? {} : { words: numbers('--words', values.words)[0]! };
  const nice = values.nice === undefined ? null : Number(values.nice);
  const runs = numbers('--runs', values.runs)[0]!;

  const model = await prepareModel(root, modelName, values.dtype, layers);
  const judgedFile = values.judged && path.resolve(values.judged);
  process.chdir(root);
  await build({ configFile: path.join(root, 'bench/vite.config.ts'), mode: device, logLevel: 'warn' });

  const [maxDocuments = 0] = numbers('--documents', values.documents);
  const judged = judgedFile
    ? readJudged(judgedFile, numbers('--queries', values.queries)[0]!, maxDocuments)
    : null;
  if (judged) writeFileSync(path.join(root, 'dist-bench-models', JUDGED), JSON.stringify(judged));
  const numDocuments = judged
    ? [judged.reduce((sum, { documents }) => sum + documents.length, 0)]
    : numbers('--documents', values.documents);
  const cells: MeasureOptions[] = [];
  for (const documents of numDocuments) {
    for (const contender of names) {
      if (contender.startsWith('wllama') && !model.hasGguf) continue;
      const batches = BATCHING.test(contender);
      for (const slots of batches ? numbers('--slots', values.slots) : [1]) {
        cells.push({
          contender,
          device,
          model: model.name,
          dtype: values.dtype,
          ...words,
          documents,
          query: values.query,
          ...(judged && { judged: JUDGED }),
          maxNewTokens,
          stopAtVerdict,
          slots,
          warmUpDocuments: Math.min(documents, Number(values['warm-up'])),
          warmUpTokens: 2,
          loadTwice: false,
        });
      }
    }
  }

  if (values['page-only']) {
    const plan = Array.from({ length: runs }, () => cells).flat();
    writeFileSync(path.join(root, `dist-bench-${device}/plan.json`), JSON.stringify(plan));
    return 0;
  }

  const { url, server } = await serve([
    ['/models/', path.join(root, 'dist-bench-models')],
    ['/', path.join(root, `dist-bench-${device}`)],
  ]);
  const browser = await launch(values.adapter);
  try {
    if (values.profile) {
      await profilePage(browser, pageUrl(url), cells[0]!);
      return 0;
    }
    const records: RunRecord[] = [];
    const startedAt = new Date();
    let description: BrowserDescription | null = null;
    const once = new Set(values.once.split(','));
    const save = () => {
      const report: Report = {
        date: startedAt.toISOString(),
        endedAt: new Date().toISOString(),
        device,
        model: {
          name: model.name,
          dtype: model.dtype,
          weightBytes: model.weightBytes,
          weightsSha256: model.weightsSha256,
        },
        options: {
          runs,
          maxNewTokens,
          stopAtVerdict,
          query: values.query,
          ...(judgedFile && { judged: path.basename(judgedFile) }),
          ...words,
          warmUpDocuments: Number(values['warm-up']),
          nice,
        },
        machine: describeMachine(root),
        chromium: browser.version(),
        browser: description!,
        rows: summarise(records, judged),
        runs: records.map(compactRun),
      };
      return write(values.name ?? `${report.date.slice(0, 10)}-${device}`, report);
    };
    for (let round = 0; round < runs; round++) {
      for (const cell of cells) {
        if (round > 0 && once.has(cell.contender)) continue;
        const before = os.loadavg()[0]!;
        // Loading a large reranker once more takes longer than scoring with it.
        const options = { ...cell, loadTwice: round === 0 && !scores };
        const { browserDescription, ...measured } = await measureCell(browser, pageUrl(url), options, nice);
        description ??= browserDescription;
        records.push({ round, ...measured, loadAverageBefore: before });
        console.log(progressLine(round, measured.measurement));
        // Saved at once: a long measurement that is interrupted keeps what it has.
        await save();
      }
    }
    console.log(await save());
    return 0;
  } finally {
    await browser.close();
    server.close();
  }
}

const pageUrl = (url: string) => `${url}bench/page/index.html`;

function launch(adapter: string): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('No Chromium was found; set CHROMIUM to one.');
  return chromium.launch({
    executablePath,
    args: [
      '--enable-unsafe-webgpu',
      ...(adapter === 'swiftshader'
        ? ['--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader']
        : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-extensions',
    ],
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

/** A context of its own: an empty HTTP cache and a new process, so loads are cold and memory is this run's alone. */
async function measureCell(browser: Browser, url: string, options: MeasureOptions, nice: number | null) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(url);
    await page.waitForFunction(() => 'bench' in globalThis);
    const browserDescription = await page.evaluate(() =>
      (globalThis as unknown as { bench: BenchPage }).bench.describeBrowser(),
    );
    try {
      await page.evaluate((o) => (globalThis as unknown as { bench: BenchPage }).bench.prepare(o), options);
      if (nice !== null) await setPriority(browser, nice);
      const before = await processorSeconds(browser);
      const measurement = await page.evaluate(() =>
        (globalThis as unknown as { bench: BenchPage }).bench.runPrepared(),
      );
      const after = await processorSeconds(browser);
      const cpuSeconds = before === null || after === null ? null : after - before;
      return { measurement, cpuSeconds, memory: await peakMemory(browser), browserDescription };
    } catch (error) {
      throw new Error(`${cellName(options)} failed: ${String(error)} ${problems.join('; ')}`, {
        cause: error,
      });
    }
  } finally {
    await context.close();
  }
}

function progressLine(round: number, run: Measurement): string {
  const tokens = run.documents.reduce((sum, { numNewTokens }) => sum + numNewTokens, 0);
  const perMinute = (run.numPrompts * 60_000) / run.elapsedMs;
  const seconds = (run.elapsedMs / 1000).toFixed(1);
  return `round ${round + 1} ${cellName({ ...run, documents: run.numPrompts })}: ${seconds} s, ${perMinute.toFixed(1)} documents/min, ${tokens} tokens`;
}

async function write(name: string, report: Report): Promise<string> {
  const folder = path.join(root, 'bench/reports');
  mkdirSync(folder, { recursive: true });
  const style = await resolveConfig(path.join(root, 'package.json'));
  const json = await format(JSON.stringify(report), { ...style, parser: 'json' });
  writeFileSync(path.join(folder, `${name}.json`), json);
  const markdown = await format(toMarkdown(report), { ...style, parser: 'markdown' });
  writeFileSync(path.join(folder, `${name}.md`), markdown);
  const slots = new Set(report.rows.filter(({ contender }) => contender === 'ours').map((row) => row.slots));
  writeFileSync(path.join(folder, `${name}.svg`), slots.size > 2 ? slotsChart(report) : barChart(report));
  return `\n${markdown}\nbench/reports/${name}.json, .md, .svg`;
}

function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new RangeError(`${option} is one of ${choices.join(', ')}, not ${value}.`);
  return found;
}

function numbers(option: string, value: string): number[] {
  return value.split(',').map((text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 1)
      throw new RangeError(`${option} takes whole numbers from 1, not ${text}.`);
    return number;
  });
}

process.exitCode = await main(process.argv.slice(2));
