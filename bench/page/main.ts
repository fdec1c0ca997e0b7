/**
 * The benchmark's page. `bench.measure()` loads one contender in a fresh worker and runs it once; the runner calls it
 * in turns. With `?auto=...` the page takes the turns itself and posts each result to its server.
 */
import { wrap } from 'comlink';
import type { ContenderWorkerApi } from './contender.worker.ts';
import { RerankerContender } from './contenders/reranker.ts';
import { WllamaContender } from './contenders/wllama.ts';
import { OursContender } from './contenders/ours.ts';
import { buildPrompts, fetchJudgedPrompts, fetchProfile, fetchTokenizer } from './prompts.ts';
import { DEFAULT_SLOTS, type Contender, type ContenderName, type Prompt, type RunResult } from './types.ts';
import type { Device } from '../../src/protocol/rerank-api.ts';

/** The page lies two folders below the root that is served. */
const ROOT = new URL('../../', location.href).href;

export interface MeasureOptions {
  readonly contender: ContenderName;
  readonly device: Device;
  /** folder name under models/ */
  readonly model: string;
  readonly dtype: string;
  readonly documents: number;
  /** of every document; left out: as the collections have them */
  readonly words?: number;
  /** of the samples, whose documents are taken */
  readonly query: string;
  /** file name beside the models' folders, whose queries and documents are taken instead */
  readonly judged?: string;
  readonly maxNewTokens: number;
  readonly stopAtVerdict: boolean;
  readonly slots?: number;
  /** documents and tokens of an unmeasured run before the measured one; 0 documents: none */
  readonly warmUpDocuments: number;
  readonly warmUpTokens: number;
  /** load once more first, so that a load with warm caches is measured too */
  readonly loadTwice: boolean;
  /** in this thread and not in a worker, for the profiler; ours only */
  readonly inPage?: boolean;
}

export interface Measurement extends RunResult {
  readonly contender: ContenderName;
  readonly slots: number;
  readonly firstLoadMs: number;
  readonly secondLoadMs: number | null;
  readonly warmUpMs: number | null;
  readonly numPromptTokens: number;
  readonly numPrompts: number;
}

interface Running {
  readonly contender: Pick<Contender, 'load' | 'run' | 'dispose'>;
  end(): Promise<void>;
}

let loaded: {
  readonly running: Running;
  readonly options: MeasureOptions;
  readonly prompts: readonly Prompt[];
} | null = null;
let times = { firstLoadMs: 0, secondLoadMs: null as number | null, warmUpMs: null as number | null };

async function measure(options: MeasureOptions): Promise<Measurement> {
  await prepare(options);
  return runPrepared();
}

/** Everything up to the measured run. */
async function prepare(options: MeasureOptions): Promise<void> {
  const modelUrl = `${ROOT}models/${options.model}/`;
  const tokenizer = await fetchTokenizer(`${modelUrl}rank1/`);
  const profile = await fetchProfile(`${modelUrl}rank1/`);
  const { query, documents, words, judged } = options;
  const prompts = judged
    ? await fetchJudgedPrompts(`${ROOT}models/${judged}`, tokenizer, profile)
    : await buildPrompts(`${ROOT}samples/`, tokenizer, profile, query, documents, words);
  const longest = Math.max(...prompts.map(({ tokenIds }) => tokenIds.length));
  const load = async () => {
    const running = start(options);
    const startedAt = performance.now();
    await running.contender.load({
      contender: options.contender,
      device: options.device,
      dtype: options.dtype,
      modelUrl,
      assetsUrl: `${ROOT}ort/`,
      numThreads: Math.min(4, navigator.hardwareConcurrency),
      slots: options.slots ?? DEFAULT_SLOTS,
      maxLength: Math.ceil((longest + options.maxNewTokens + 1) / 64) * 64,
      profile,
    });
    return { running, loadMs: performance.now() - startedAt };
  };
  let { running, loadMs } = await load();
  times = { firstLoadMs: loadMs, secondLoadMs: null, warmUpMs: null };
  if (options.loadTwice) {
    await running.end();
    ({ running, loadMs } = await load());
    times.secondLoadMs = loadMs;
  }
  if (options.warmUpDocuments > 0) {
    const warmUp = await running.contender.run({
      prompts: prompts.slice(0, options.warmUpDocuments),
      maxNewTokens: options.warmUpTokens,
      stopAtVerdict: false,
    });
    times.warmUpMs = warmUp.elapsedMs;
  }
  loaded = { running, options, prompts };
}

async function runPrepared(): Promise<Measurement> {
  const { running, options, prompts } = loaded!;
  const { maxNewTokens, stopAtVerdict } = options;
  const result = await running.contender.run({ prompts, maxNewTokens, stopAtVerdict });
  await running.end();
  loaded = null;
  return {
    contender: options.contender,
    slots: slotsOf(options),
    ...times,
    numPromptTokens: prompts.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0),
    numPrompts: prompts.length,
    ...result,
  };
}

function slotsOf({ contender, slots = DEFAULT_SLOTS }: MeasureOptions): number {
  return contender === 'ours-1' || contender === 'transformers' || contender === 'wllama' ? 1 : slots;
}

/** wllama and our public class have workers of their own; the others get one here. */
function start({ contender: name, inPage }: MeasureOptions): Running {
  const isPublicClass = name.startsWith('reranker');
  if (isPublicClass || name.startsWith('wllama') || inPage) {
    const contender = isPublicClass
      ? new RerankerContender()
      : inPage
        ? new OursContender()
        : new WllamaContender();
    return { contender, end: () => contender.dispose() };
  }
  const worker = new Worker(new URL('./contender.worker.ts', import.meta.url), { type: 'module' });
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => reject(new Error(`the worker stopped: ${event.message}`)));
  });
  failed.catch(() => undefined);
  const remote = wrap<ContenderWorkerApi>(worker);
  return {
    contender: {
      load: (request) => Promise.race([remote.load(request), failed]),
      run: (request) => Promise.race([remote.run(request), failed]),
      dispose: () => remote.dispose(),
    },
    end: async () => {
      await Promise.race([remote.dispose(), failed]);
      worker.terminate();
    },
  };
}

export interface BrowserDescription {
  readonly userAgent: string;
  readonly crossOriginIsolated: boolean;
  readonly hardwareConcurrency: number;
  readonly jspi: boolean;
  readonly adapter: Record<string, unknown> | null;
}

async function describeBrowser(): Promise<BrowserDescription> {
  const adapter = await (navigator as { gpu?: GPU }).gpu?.requestAdapter({
    powerPreference: 'high-performance',
  });
  return {
    userAgent: navigator.userAgent,
    crossOriginIsolated,
    hardwareConcurrency: navigator.hardwareConcurrency,
    jspi: 'Suspending' in WebAssembly,
    adapter: adapter
      ? {
          vendor: adapter.info.vendor,
          architecture: adapter.info.architecture,
          device: adapter.info.device,
          description: adapter.info.description,
          isFallbackAdapter: adapter.info.isFallbackAdapter,
          features: [...adapter.features].sort(),
          maxBufferSize: adapter.limits.maxBufferSize,
          maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
        }
      : null,
  };
}

export interface BenchPage {
  measure: typeof measure;
  prepare: typeof prepare;
  runPrepared: typeof runPrepared;
  describeBrowser: typeof describeBrowser;
}
const bench: BenchPage = { measure, prepare, runPrepared, describeBrowser };
(globalThis as unknown as { bench: BenchPage }).bench = bench;

/** `?auto=<JSON of MeasureOptions[]>`: one after the other, each posted to `results`. */
async function runByItself(plan: readonly MeasureOptions[]): Promise<void> {
  const post = (body: unknown) => fetch(`${ROOT}results`, { method: 'POST', body: JSON.stringify(body) });
  const log = document.getElementById('log')!;
  await post({ type: 'browser', browser: await describeBrowser() });
  for (const options of plan) {
    log.textContent += `${JSON.stringify(options)}\n`;
    try {
      await post({ type: 'measurement', options, measurement: await measure(options) });
    } catch (error) {
      await post({ type: 'failure', options, error: String(error) });
    }
  }
  await post({ type: 'end' });
}

const query = new URLSearchParams(location.search);
const plan = query.get('auto');
if (plan)
  void runByItself(
    plan.startsWith('http') || plan.endsWith('.json')
      ? ((await (await fetch(plan)).json()) as MeasureOptions[])
      : (JSON.parse(plan) as MeasureOptions[]),
  );
