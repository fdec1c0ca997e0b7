/**
 * Speed of a model's three weight forms on WASM in Node, in turns in one process: fourteen sample documents through the
 * service, every chain cut at the same length, documents cut to `--words`. Wall time, and processor time, which other programs on the machine disturb less.
 *
 *   npx tsx bench/run/arithmetic.ts [default|demo|shapes-135m|shapes-0.5b] [--threads 2] [--rounds 3] [--max-new-tokens 64] [--words 1000]
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import type { RunStats } from '../../src/protocol/rerank-api.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { RerankService } from '../../src/service/rerank/rerank-service.ts';
import { prepareModel, type ModelName } from './models.ts';
import { SHAPES, type ShapesName } from './shapes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FORMS = ['stored', 'exact', 'fast'] as const;
type Form = (typeof FORMS)[number];

interface Run {
  readonly wallMs: number;
  readonly processorMs: number;
  readonly firstVerdictMs: number;
  readonly stats: RunStats;
}

interface Sample {
  readonly query: string;
  readonly documents: readonly { readonly text: string }[];
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    'max-new-tokens': { type: 'string', default: '64' },
    words: { type: 'string', default: '1000' },
  },
});
/** `default`: the shipped model, whose shapes are those of shapes-135m and whose chains end by themselves. */
const model = (positionals[0] ?? 'default') as ModelName | 'default';
const maxNewTokens = Number(values['max-new-tokens']);
const sample = JSON.parse(readFileSync(path.join(ROOT, 'public/samples/zambezi.json'), 'utf8')) as Sample;
const documents = sample.documents.map(({ text }) => ({
  text: text.split(' ').slice(0, Number(values.words)).join(' '),
}));

if (model !== 'default') await prepareModel(ROOT, model, 'q4');
const folder =
  model === 'default' ? path.join(ROOT, 'model') : path.join(ROOT, 'dist-bench-models', model, 'rank1');
const services = new Map<Form, RerankService>();
for (const form of FORMS) {
  const startedAt = performance.now();
  const loaded = await loadModelInNode(folder, 'q4', {
    arithmetic: form,
    numThreads: Number(values.threads),
  });
  console.log(`${form}: loaded in ${seconds(performance.now() - startedAt)} s`);
  services.set(form, await serve(loaded));
}
const runs = new Map<Form, Run[]>(FORMS.map((form) => [form, []]));
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const form of FORMS) {
    const run = await judge(services.get(form)!);
    // The first round warms up.
    if (round > 0) runs.get(form)!.push(run);
  }
}
report();
process.exit(0);

async function serve(loaded: LoadedRuntime): Promise<RerankService> {
  const service = new RerankService(() => Promise.resolve(loaded));
  await service.load({ model: 'memory:/', device: 'wasm' }, () => undefined);
  return service;
}

async function judge(service: RerankService): Promise<Run> {
  const startedAt = performance.now();
  const processor = process.cpuUsage();
  let firstVerdictMs = 0;
  const { stats } = await service.rerank(
    { query: sample.query, documents, options: { maxNewTokens } },
    (updates) => {
      if (firstVerdictMs === 0 && updates.some(({ type }) => type === 'finished'))
        firstVerdictMs = performance.now() - startedAt;
    },
  );
  const { user, system } = process.cpuUsage(processor);
  return {
    wallMs: performance.now() - startedAt,
    processorMs: (user + system) / 1000,
    firstVerdictMs,
    stats,
  };
}

function report(): void {
  const stored = median('stored', ({ wallMs }) => wallMs);
  for (const form of FORMS) {
    const prefill = rate(form, ({ stats }) => [stats.numPaddedPrefillTokens, stats.prefillMs]);
    const decode = rate(form, ({ stats }) => [stats.numDecodeTokens, stats.decodeMs]);
    const { stats } = runs.get(form)![0]!;
    const rows = stats.numDecodeTokens / stats.numDecodeSteps;
    console.log(
      `${form}: ${seconds(median(form, ({ wallMs }) => wallMs))} s (${(stored / median(form, ({ wallMs }) => wallMs)).toFixed(2)} times stored), ` +
        `processor ${seconds(median(form, ({ processorMs }) => processorMs) / documents.length)} s a document, first verdict ${seconds(median(form, ({ firstVerdictMs }) => firstVerdictMs))} s; ` +
        `prefill ${prefill}, ${stats.numPaddedPrefillTokens} tokens; decode ${decode}, ${rows.toFixed(1)} rows a step, ` +
        `${median(form, ({ stats: { decodeMs, numDecodeSteps } }) => decodeMs / numDecodeSteps).toFixed(1)} ms a step`,
    );
  }
}

/** Tokens a second, and what the products of that many tokens are in GFLOP/s, attention and vocabulary left out. */
function rate(form: Form, tokensAndMs: (run: Run) => readonly [number, number]): string {
  const perSecond = median(form, (run) => {
    const [tokens, ms] = tokensAndMs(run);
    return (1000 * tokens) / ms;
  });
  const shapes = model === 'default' ? 'shapes-135m' : model;
  const gigaflops = !(shapes in SHAPES)
    ? null
    : (2 * numLayerWeights(shapes as ShapesName) * perSecond) / 1e9;
  return `${perSecond.toFixed(0)} tokens/s${gigaflops === null ? '' : ` (${gigaflops.toFixed(0)} GFLOP/s)`}`;
}

function numLayerWeights(name: ShapesName): number {
  const { config } = SHAPES[name];
  const { hidden_size: d, intermediate_size: f, num_attention_heads: heads } = config;
  const kv = (d / heads) * config.num_key_value_heads;
  return config.num_hidden_layers * (2 * d * d + 2 * d * kv + 3 * d * f);
}

function median(form: Form, of: (run: Run) => number): number {
  const sorted = runs
    .get(form)!
    .map(of)
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
