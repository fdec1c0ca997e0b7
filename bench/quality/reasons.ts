/**
 * What `reasons: 'top'` saves, and what it loses: the same lists judged with all chains, with those of the best five, and
 * with none, in turns. Also how much of `top` is the second prefill of its best, which a kept cache would save.
 *
 *   npx tsx bench/quality/reasons.ts --model <folder> [--sets selqa-dev,dl19] [--limit 10] [--name <report>]
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { foldUpdates, startRankedList } from '../../src/client/ranked-list.ts';
import { judgeList } from '../../src/client/reasons.ts';
import { gainOver } from '../../src/evaluation/index.ts';
import { gradeRanking } from '../../src/evaluation/graded-ranking.ts';
import { meanOf } from '../../src/evaluation/mean.ts';
import { NDCG } from '../../src/evaluation/runner/run-measures.ts';
import type { LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';
import type { Reasons, RunStats } from '../../src/protocol/rerank-api.ts';
import { DEFAULT_TOP } from '../../src/protocol/run-options.ts';
import { RerankService } from '../../src/service/rerank/rerank-service.ts';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { describeMachine } from '../run/machine.ts';
import { DEPTH, loadQueries, setOf, type SetName } from './sets.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WAYS = ['all', 'top', 'none'] as const satisfies readonly Reasons[];

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: path.join(ROOT, 'model') },
    sets: { type: 'string', default: 'selqa-dev,dl19' },
    limit: { type: 'string', default: '10' },
    data: { type: 'string', default: process.env['RANK1_DATA'] ?? '../shared/data' },
    device: { type: 'string', default: 'cpu' },
    name: { type: 'string' },
  },
});

interface Measured {
  readonly seconds: number;
  readonly ndcg: number;
  /** of `top`: its second run, and the prefill in it */
  readonly second: { readonly seconds: number; readonly prefillSeconds: number } | null;
}

const device = values.device === 'wasm' ? 'wasm' : 'cpu';
const runtime = await loadModelInNode(values.model, 'q4', {
  arithmetic: 'exact',
  device,
  numThreads: availableParallelism(),
});
const service = new RerankService(() => Promise.resolve(runtime));
const model = await service.load({ model: 'memory:/', device }, () => undefined);

async function judge({ query, toJudge, judgements }: LoadedQuery, reasons: Reasons): Promise<Measured> {
  const documents = toJudge.map(({ text }) => ({ text }));
  let list = startRankedList(0, documents.length);
  const runs: RunStats[] = [];
  const startedAt = performance.now();
  await judgeList(
    { query, documents, options: { reasons } },
    async (request, onUpdate) => {
      const { stats } = await service.rerank(request, onUpdate);
      runs.push(stats);
      return { model, stats };
    },
    (updates) => (list = foldUpdates(list, 0, updates)),
  );
  const [, second] = runs;
  const ranking = list.order.flatMap((index) => toJudge[index]?.docid ?? []);
  return {
    seconds: (performance.now() - startedAt) / 1000,
    ndcg: NDCG.compute(gradeRanking(ranking, judgements), 1) ?? 0,
    second: second ? { seconds: second.elapsedMs / 1000, prefillSeconds: second.prefillMs / 1000 } : null,
  };
}

const sets = [];
for (const set of values.sets.split(',') as SetName[]) {
  const queries = (await loadQueries(values.data, set)).slice(0, Number(values.limit));
  const measured = new Map<string, Record<Reasons, Measured>>();
  await judge(queries[0]!, 'all'); // the first run of a session is slower
  for (const [turn, query] of queries.entries()) {
    const row = {} as Record<Reasons, Measured>;
    for (const place of WAYS.keys()) {
      const way = WAYS[(turn + place) % WAYS.length]!;
      row[way] = await judge(query, way);
    }
    measured.set(query.qid, row);
    console.error(`${set}: ${turn + 1} of ${queries.length}`);
  }
  const rows = [...measured.values()];
  const mean = (of: (row: Record<Reasons, Measured>) => number) => meanOf(rows.map(of)) ?? 0;
  const ndcgOf = (way: Reasons) => new Map([...measured].map(([qid, row]) => [qid, row[way].ndcg]));
  const ways = WAYS.map((reasons) => ({
    reasons,
    secondsPerList: mean((row) => row[reasons].seconds),
    timesAll: mean((row) => row.all.seconds) / mean((row) => row[reasons].seconds),
    ndcg: mean((row) => row[reasons].ndcg),
    ...(reasons !== 'all' && { overAll: gainOver(ndcgOf('all'), ndcgOf(reasons)) }),
  }));
  const secondPrefill = mean((row) => row.top.second?.prefillSeconds ?? 0);
  sets.push({
    set,
    title: setOf(set).title,
    numQueries: rows.length,
    depth: DEPTH,
    ways,
    secondRunSeconds: mean((row) => row.top.second?.seconds ?? 0),
    secondPrefillSeconds: secondPrefill,
    secondPrefillShare: secondPrefill / mean((row) => row.top.seconds),
    perQuery: Object.fromEntries(measured),
  });
}
await runtime.dispose();

const machine = describeMachine(ROOT);
const date = new Date().toISOString();
const report = { date, machine, device, top: DEFAULT_TOP, sets };
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
const lines = [
  `# Reasons for the best ${DEFAULT_TOP}, for all, and for none`,
  '',
  `${date.slice(0, 16).replace('T', ' ')} UTC, embedded model (q4, exact), ${device === 'cpu' ? 'native code' : 'WASM, one thread'}, ${machine.cores} cores of ${machine.cpu}, commit ${machine.commit}.`,
  `The first ${DEPTH} candidates of each query, judged in the three ways in turns; means over queries, differences paired with 95 % of 10,000 bootstrap resamples.`,
  '',
  '| set | queries | reasons | seconds a list | × all | nDCG@10 | against all |',
  '| --- | ---: | --- | ---: | ---: | ---: | ---: |',
  ...sets.flatMap(({ title, numQueries, ways }) =>
    ways.map(({ reasons, secondsPerList, timesAll, ndcg, overAll }) => {
      const difference = overAll
        ? `${signed(overAll.meanDifference)} (${signed(overAll.lower)} to ${signed(overAll.upper)})`
        : '–';
      return `| ${title} | ${numQueries} | ${reasons} | ${secondsPerList.toFixed(2)} | ${timesAll.toFixed(1)} | ${ndcg.toFixed(3)} | ${difference} |`;
    }),
  ),
  '',
  ...sets.map(
    ({ title, secondPrefillSeconds, secondPrefillShare, secondRunSeconds }) =>
      `- ${title}: of \`top\`, the second run takes ${secondRunSeconds.toFixed(2)} s a list, ${secondPrefillSeconds.toFixed(2)} s of it prefill: ${(100 * secondPrefillShare).toFixed(1)} % of the whole, which is the most that a kept cache could save.`,
  ),
  '',
];
const style = await resolveConfig(path.join(ROOT, 'package.json'));
const name = values.name ?? `${date.slice(0, 10)}-reasons`;
const file = path.join(ROOT, 'bench/reports', name);
writeFileSync(`${file}.json`, await format(JSON.stringify(report), { ...style, parser: 'json' }));
const markdown = await format(lines.join('\n'), { ...style, parser: 'markdown' });
writeFileSync(`${file}.md`, markdown);
console.log(markdown);
