/**
 * Time of single steps on WASM in Node: a prefill, and decode steps of several numbers of rows, least of some runs. With
 * `--operators` each step's time by operator as well, as the runtime's own profiler counts it (which slows the step), and
 * the rate of the layers' products alone.
 *
 *   npx tsx bench/run/steps.ts [default|demo|shapes-135m|shapes-0.5b] [--forms exact,fast] [--rows 1,4,7,14] [--position 160] [--threads 1] [--runs 5] [--operators]
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-web/wasm';
import { loadModelInNode, type NodeArithmetic } from '../../scripts/load-model-in-node.ts';
import type { ModelRunner, StepPlan } from '../../src/engine/model-runner.ts';
import { prepareModel, type ModelName } from './models.ts';
import { SHAPES, type ShapesName } from './shapes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    forms: { type: 'string', default: 'exact,fast' },
    rows: { type: 'string', default: '1,4,7,14' },
    position: { type: 'string', default: '160' },
    threads: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    operators: { type: 'boolean', default: false },
  },
});
const model = (positionals[0] ?? 'default') as ModelName | 'default';
const numRows = values.rows.split(',').map(Number);
const position = Number(values.position);
const numRuns = Number(values.runs);
const sessions: ort.InferenceSession[] = [];
let printed: string[] | null = null;
if (values.operators) profileSessions();

if (model !== 'default') await prepareModel(ROOT, model, 'q4');
const folder =
  model === 'default' ? path.join(ROOT, 'model') : path.join(ROOT, 'dist-bench-models', model, 'rank1');
for (const form of values.forms.split(',') as NodeArithmetic[]) {
  for (const rows of numRows) {
    const { createRunner, dispose } = await loadModelInNode(folder, 'q4', {
      arithmetic: form,
      numThreads: Number(values.threads),
    });
    const runner = await createRunner({
      maxSlots: rows,
      maxLength: position + 64,
      maxPrefillRows: rows,
      watchedTokenIds: [1, 2],
    });
    await measure(runner, rows, form);
    await runner.dispose();
    await dispose();
  }
}
process.exit(0);

async function measure(runner: ModelRunner, rows: number, form: string): Promise<void> {
  const slots = Array.from({ length: rows }, (_, slot) => slot);
  const tokenIds = (slot: number) =>
    Int32Array.from({ length: position }, (_, i) => 100 + ((i * 7 + slot) % 400));
  let prefill = Infinity;
  for (const slot of slots) {
    const ms = await timed(runner, { kind: 'prefill', rows: [{ slot, tokenIds: tokenIds(slot) }] });
    prefill = Math.min(prefill, ms.wall);
  }
  const steps: Times[] = [];
  for (let run = 0; run <= numRuns; run++)
    steps.push(
      await timed(runner, {
        kind: 'decode',
        rows: slots.map((slot) => ({ slot, tokenId: 100 + run, position: position + run })),
      }),
    );
  // The first allocates.
  const least = (of: (step: Times) => number) => Math.min(...steps.slice(1).map(of));
  console.log(
    `${form}, ${rows} row${rows > 1 ? 's' : ''}: prefill of ${position} ${prefill.toFixed(0)} ms${rate(position, prefill)}; ` +
      `decode ${least(({ wall }) => wall).toFixed(1)} ms${rate(
        rows,
        least(({ wall }) => wall),
      )}, ` +
      `processor ${least(({ processor }) => processor).toFixed(1)} ms, in the runtime ${least(({ runtime }) => runtime).toFixed(1)} ms`,
  );
  if (values.operators) printOperators(sessions.at(-1)!, rows);
}

interface Times {
  readonly wall: number;
  readonly processor: number;
  readonly runtime: number;
}

async function timed(runner: ModelRunner, plan: StepPlan): Promise<Times> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const { cost } = await runner.run(plan);
  const { user, system } = process.cpuUsage(before);
  return {
    wall: performance.now() - startedAt,
    processor: (user + system) / 1000,
    runtime: cost?.runtimeMs ?? NaN,
  };
}

/** The layers' products of that many tokens, attention and vocabulary left out. */
function rate(tokens: number, ms: number): string {
  const shapes = model === 'default' ? 'shapes-135m' : model;
  if (!(shapes in SHAPES)) return '';
  const { config } = SHAPES[shapes as ShapesName];
  const { hidden_size: d, intermediate_size: f, num_attention_heads: heads } = config;
  const kv = (d / heads) * config.num_key_value_heads;
  const weights = config.num_hidden_layers * (2 * d * d + 2 * d * kv + 3 * d * f);
  return ` (${((2 * weights * tokens) / (1e6 * ms)).toFixed(0)} GFLOP/s)`;
}

/** The runtime prints a session's profile with `writeSync`. */
function profileSessions(): void {
  const { writeSync } = fs;
  fs.writeSync = ((file: number, text: string) =>
    printed ? printed.push(text) : writeSync(file, text)) as typeof writeSync;
  const create = ort.InferenceSession.create.bind(ort.InferenceSession) as (
    onnx: Uint8Array,
    options: ort.InferenceSession.SessionOptions,
  ) => Promise<ort.InferenceSession>;
  Object.assign(ort.InferenceSession, {
    create: async (onnx: Uint8Array, options: ort.InferenceSession.SessionOptions) => {
      const session = await create(onnx, { ...options, enableProfiling: true });
      sessions.push(session);
      return session;
    },
  });
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

/** Of the prefills and of the decode steps, which follow `numRows` prefills and a first decode step. */
function printOperators(session: ort.InferenceSession, numRows: number): void {
  printed = [];
  session.endProfiling();
  const events = JSON.parse(printed.join('\n')) as ProfileEvent[];
  printed = null;
  const runs = events.filter(({ name }) => name === 'model_run').slice(-numRows - 1 - numRuns);
  printStep('prefill', position, runs.slice(0, numRows), events);
  printStep('decode', numRows, runs.slice(numRows + 1), events);
}

/** Each node's least time, summed by operator, products by weight. */
function printStep(
  step: string,
  numTokens: number,
  runs: readonly ProfileEvent[],
  events: readonly ProfileEvent[],
): void {
  const nodes = new Map<string, { readonly kind: string; readonly least: number }>();
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== 'Node' || !args.op_name || !name.endsWith('_kernel_time')) continue;
    if (!runs.some((run) => ts >= run.ts && ts <= run.ts + run.dur)) continue;
    const isProduct = /MatMul/.test(args.op_name);
    const part = name.replace(/^layers\.\d+\.|\/.*/g, '');
    const kind = isProduct ? `${args.op_name} ${part}` : args.op_name;
    nodes.set(name, { kind, least: Math.min(dur, nodes.get(name)?.least ?? Infinity) });
  }
  const sums = new Map<string, { count: number; ms: number }>();
  for (const { kind, least } of nodes.values()) {
    const { count, ms } = sums.get(kind) ?? { count: 0, ms: 0 };
    sums.set(kind, { count: count + 1, ms: ms + least / 1000 });
  }
  const sorted = [...sums].sort(([, a], [, b]) => b.ms - a.ms);
  const sumOf = (kinds: RegExp) =>
    sorted.reduce((sum, [kind, { ms }]) => sum + (kinds.test(kind) ? ms : 0), 0);
  const products = sumOf(/MatMul.* .*_proj/);
  console.log(
    `  ${step}: all operators ${sumOf(/./).toFixed(2)} ms, the layers' products ${products.toFixed(2)} ms${rate(numTokens, products)}`,
  );
  for (const [kind, { count, ms }] of sorted.slice(0, 16))
    console.log(`  ${ms.toFixed(2)} ms: ${count} ${kind}`);
}
