#!/usr/bin/env node
// Times `rank1-rerank eval` on a collection of 1,000 documents: the hundred pairs' passages for each of ten queries.
//
//   node bench/eval-time.mjs [--model <folder>] [--device cpu] [--mode reason] [--max-new-tokens 64]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: join(ROOT, 'test/fixtures/demo-model') },
    device: { type: 'string', default: 'cpu' },
    mode: { type: 'string', default: 'reason' },
    'max-new-tokens': { type: 'string', default: '64' },
  },
});
const NUM_QUERIES = 10;

const pairs = readFileSync(join(ROOT, 'test/fixtures/hundred-pairs/pairs.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const collection = pairs.slice(0, NUM_QUERIES).map(({ title }, q) => ({
  qid: `q${q}`,
  query: title,
  candidates: pairs.map(({ text }, d) => ({
    docid: `d${d}`,
    rank: d + 1,
    text,
    grade: d === q ? 1 : 0,
  })),
}));
const numDocuments = collection.reduce((sum, { candidates }) => sum + candidates.length, 0);

const folder = mkdtempSync(join(tmpdir(), 'rank1-eval-time-'));
try {
  const data = join(folder, 'thousand.eval.jsonl');
  writeFileSync(data, collection.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
  const files = ['--data', data, '--depth', '100', '--out', join(folder, 'out')];
  const startedAt = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, 'bin/rank1-rerank.mjs'), 'eval', ...files, ...options],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const [user, system] = childTimes();
  console.log(
    JSON.stringify({
      ...values,
      status,
      numDocuments,
      seconds,
      cpuSeconds: user + system,
      perSecond: numDocuments / seconds,
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** Seconds of processor time of processes that have ended; Linux alone tells. */
function childTimes() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return [Number(fields[13]) / 100, Number(fields[14]) / 100];
  } catch {
    return [NaN, NaN];
  }
}
