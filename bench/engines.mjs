#!/usr/bin/env node
// Compares the engines of the command line through `serve`: start-up to the first verdict, documents a second, memory.
//
//   node bench/engines.mjs [--old <checkout>] [--devices cpu,wasm,webgpu] [--model <folder>] [--runs 3] [--pairs 40]
//     [--mode reason] [--bin <rank1-rerank.mjs>] [--out <file>]
//
// --old is a checkout of c1a3a78, the last with the headless Chromium, with its packages installed; it runs on WASM there.
// All engines judge the same pairs, in turns, so that what else the machine does hits all alike.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const fileOf = (path) => fileURLToPath(new URL(path, import.meta.url));
/** In a checkout it stands beside bench/, in what was packed for another machine beside this file. */
const PAIRS = ['../test', './test']
  .map((test) => fileOf(`${test}/fixtures/hundred-pairs/pairs.jsonl`))
  .find(existsSync);
const { values } = parseArgs({
  options: {
    old: { type: 'string' },
    devices: { type: 'string', default: 'cpu,wasm' },
    model: { type: 'string' },
    bin: { type: 'string' },
    runs: { type: 'string', default: '3' },
    pairs: { type: 'string', default: '40' },
    mode: { type: 'string', default: 'reason' },
    out: { type: 'string' },
  },
});
const SAMPLE_MS = 200;
/** As the oracle's pairs were judged. */
const MAX_NEW_TOKENS = 64;

const pairs = readFileSync(PAIRS, 'utf8')
  .trim()
  .split('\n')
  .slice(0, Number(values.pairs))
  .map((line) => JSON.parse(line));
const requests = [...groupByQuery(pairs)].map(([query, group]) => ({
  query,
  documents: group.map(({ text }) => text),
}));

function groupByQuery(all) {
  const groups = new Map();
  for (const pair of all) groups.set(pair.query, [...(groups.get(pair.query) ?? []), pair]);
  return groups;
}

const engines = [
  ...(values.old
    ? [{ name: 'chromium, wasm', bin: `${values.old}/bin/rank1-rerank.mjs`, device: 'wasm' }]
    : []),
  ...values.devices.split(',').map((device) => ({
    name: `node, ${device}`,
    bin: values.bin ?? fileOf('../bin/rank1-rerank.mjs'),
    device,
  })),
];

/** Of a process and all its children, what they share divided among them. */
function treeBytes(root) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // it has ended
    }
  }
  const isOfTree = (id) => id === root || (parents.has(id) && isOfTree(parents.get(id)));
  let bytes = 0;
  for (const id of parents.keys()) {
    if (!isOfTree(id)) continue;
    try {
      bytes +=
        1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // it has ended
    }
  }
  return bytes;
}

async function measure({ bin, device }) {
  const args = [bin, 'serve', '--port', '0', '--device', device, '--mode', values.mode];
  if (values.mode === 'reason') args.push('--max-new-tokens', String(MAX_NEW_TOKENS));
  if (values.model) args.push('--model', values.model);
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let peakBytes = 0;
  const sampling = setInterval(() => (peakBytes = Math.max(peakBytes, treeBytes(child.pid))), SAMPLE_MS);
  try {
    const address = await new Promise((resolve, reject) => {
      let text = '';
      child.stderr.on('data', (chunk) => {
        text += chunk;
        const found = /listening on (\S+)\n/.exec(text)?.[1];
        if (found) resolve(found);
      });
      child.on('close', () => reject(new Error(`serve ended: ${text}`)));
    });
    const ask = async (body) => {
      const response = await globalThis.fetch(`${address}/v2/rerank`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()).results;
    };
    await ask({ query: requests[0].query, documents: requests[0].documents.slice(0, 1) });
    const firstVerdictMs = performance.now() - startedAt;
    const askedAt = performance.now();
    const scores = [];
    for (const request of requests)
      for (const { index, relevance_score: score } of await ask(request))
        scores.push([request.query, index, score]);
    const seconds = (performance.now() - askedAt) / 1000;
    return { firstVerdictMs, documentsPerSecond: scores.length / seconds, peakBytes, scores };
  } finally {
    clearInterval(sampling);
    child.kill('SIGTERM');
    await new Promise((resolve) => (child.exitCode === null ? child.on('close', resolve) : resolve()));
  }
}

const measured = new Map(engines.map(({ name }) => [name, []]));
for (let run = 0; run < Number(values.runs); run++) {
  for (const engine of engines) measured.get(engine.name).push(await measure(engine));
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const scoreOf = new Map();
let maxScoreDifference = 0;
for (const { scores } of [...measured.values()].flat())
  for (const [query, index, score] of scores) {
    const key = JSON.stringify([query, index]);
    if (!scoreOf.has(key)) scoreOf.set(key, score);
    maxScoreDifference = Math.max(maxScoreDifference, Math.abs(score - scoreOf.get(key)));
  }
const report = {
  machine: `${availableParallelism()} cores, ${cpus()[0]?.model}, Node ${process.version}`,
  documents: pairs.length,
  mode: values.mode,
  runs: Number(values.runs),
  maxScoreDifference,
  engines: Object.fromEntries(
    [...measured].map(([name, runs]) => [
      name,
      {
        documentsPerSecond: median(runs.map((run) => run.documentsPerSecond)),
        firstVerdictMs: Math.round(median(runs.map((run) => run.firstVerdictMs))),
        peakMebibytes: Math.round(median(runs.map((run) => run.peakBytes)) / 2 ** 20),
      },
    ]),
  ),
};
console.log(JSON.stringify(report, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
