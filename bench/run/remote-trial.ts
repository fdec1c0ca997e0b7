/**
 * The hundred pairs of test/fixtures/hundred-pairs on llama.cpp's own server, through the public function: the demo model is
 * written as GGUF in F32, the server is started on loopback, and what comes back is held against transformers' verdicts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReranker } from '../../src/index.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { documentText, promptText } from '../../src/rank1/prompt.ts';
import { hundredByQuery, hundredExpected, recordedCompletions } from '../../test/harness/hundred-pairs.ts';
import { writeGguf, type TokenizerFile } from './gguf.ts';
import { readModelTensors } from './model-tensors.ts';

const USAGE = `Usage: npx tsx bench/run/remote-trial.ts <path of llama-server> [--max-new-tokens N] [--server-args "..."]
Prints how the hundred pairs compare with transformers; fails when the order or a score differs.`;
const TOLERANCE = 1e-4;

async function main(args: readonly string[]): Promise<number> {
  const [binary] = args;
  if (binary === undefined || binary.startsWith('-')) {
    console.error(USAGE);
    return 2;
  }
  const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const maxNewTokens = Number(option('--max-new-tokens') ?? hundredExpected.options.maxNewTokens);
  const extra = option('--server-args')?.split(' ') ?? [];
  const folder = mkdtempSync(path.join(tmpdir(), 'rank1-trial-'));
  let server: ChildProcess | null = null;
  try {
    const model = path.join(folder, 'rank1-demo-f32.gguf');
    writeDemo(model);
    const port = await freePort();
    server = startServer(binary, model, port, extra);
    await untilHealthy(`http://127.0.0.1:${port}/health`, server);
    return await compare(`http://127.0.0.1:${port}/v1`, maxNewTokens);
  } finally {
    server?.kill();
    rmSync(folder, { recursive: true });
  }
}

function writeDemo(file: string): void {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(path.join('test/fixtures/demo-model', name), 'utf8'));
  const spec = parseModelSpec(read('config.json'));
  const tensors = readModelTensors('test/fixtures/demo-model/onnx/model_q4.onnx', spec);
  const tokenizer = read('tokenizer.json') as TokenizerFile;
  writeGguf(file, { name: 'rank1-demo', spec, tensors, tokenizer, matrixType: 'F32' });
}

/** Keys, values and attention in F32 too: the defaults are coarser than the tolerance. */
function startServer(binary: string, model: string, port: number, extra: readonly string[]): ChildProcess {
  const args = ['--model', model, '--alias', 'rank1-demo', '--host', '127.0.0.1', '--port', String(port)];
  args.push('--ctx-size', '8192', '--parallel', '4', '--threads', '1');
  args.push('--flash-attn', 'off', '--cache-type-k', 'f32', '--cache-type-v', 'f32');
  return spawn(binary, [...args, ...extra], { stdio: ['ignore', 'ignore', 'ignore'] });
}

async function untilHealthy(url: string, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`llama-server ended with ${server.exitCode}`);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A pair is apart when its prompt has other tokens there: then nothing can be the same. */
async function compare(endpoint: string, maxNewTokens: number): Promise<number> {
  const reranker = createReranker({ endpoint });
  const recorded = new Map(recordedCompletions().map(({ prompt, promptTokens }) => [prompt, promptTokens]));
  const total = {
    pairs: 0,
    unjudged: 0,
    forced: 0,
    bounds: 0,
    otherLabels: 0,
    otherChains: 0,
    otherOrders: 0,
  };
  const otherPrompts: number[] = [];
  const differences: number[] = [];
  for (const group of hundredByQuery()) {
    const { query, documents, expected } = group;
    const { results, unjudged } = await reranker.rerank({
      query: query.normalize('NFC'),
      documents: documents.map(inNfc),
      ...hundredExpected.options,
      maxNewTokens,
    });
    total.pairs += documents.length;
    total.unjudged += unjudged.length;
    const isComparable = new Set<number>();
    for (const { index, score, verdict, reasoning, usage } of results) {
      const oracle = expected[index]!;
      const difference = Math.abs(score - oracle.score);
      const promptTokens = recorded.get(promptText(query, documentText(documents[index]!)));
      if (usage.numPromptTokens !== promptTokens) {
        otherPrompts.push(difference);
        continue;
      }
      isComparable.add(index);
      differences.push(difference);
      if (verdict.forced) total.forced++;
      if (verdict.bound) total.bounds++;
      if (verdict.label !== oracle.label) total.otherLabels++;
      if (reasoning !== oracle.reasoning) total.otherChains++;
    }
    const order = results.map(({ index }) => index).filter((index) => isComparable.has(index));
    const wanted = group.order.filter((index) => isComparable.has(index));
    if (order.some((index, place) => index !== wanted[place])) total.otherOrders++;
  }
  reranker.dispose();
  const largest = Math.max(...differences);
  console.log(JSON.stringify({ ...total, largestScoreDifference: largest, otherPrompts }, null, 2));
  return total.unjudged + total.otherOrders === 0 && largest < TOLERANCE ? 0 : 1;
}

/** As the model's tokenizer does by itself; llama.cpp's does not. */
function inNfc({ title, text }: { readonly title?: string; readonly text: string }) {
  return { ...(title !== undefined && { title: title.normalize('NFC') }), text: text.normalize('NFC') };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

process.exit(await main(process.argv.slice(2)));
