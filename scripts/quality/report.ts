/** docs/quality.md and its plots, from the results that are there: every table says how many queries it is of. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  calibrate,
  evaluateJudgedRun,
  logitDifferences,
  pairedBootstrap,
  readQueryResults,
  reliabilityPlot,
  scoreHistogramPlot,
  sourceFile,
  type QueryResult,
} from '../../src/evaluation/index.ts';
import type { LoadedQuery } from '../eval/data.ts';
import { computeMeasures, judgementsByQuery, NDCG } from '../eval/measures.ts';
import { writeWhole } from '../eval/write-whole.ts';
import { cellName, COLLECTIONS, DTYPES, MODES, type Collection, type Dtype, type Mode } from './cells.ts';
import { METHOD, ORIGIN } from './report-text.ts';

interface MeasuredCell {
  readonly queries: readonly LoadedQuery[];
  readonly results: readonly QueryResult[];
}
type Cells = ReadonlyMap<string, MeasuredCell>;

const BOOTSTRAP_SEED = 1;
const COLLECTION_NAMES = Object.keys(COLLECTIONS) as Collection[];
const MODE_NAMES = Object.keys(MODES) as Mode[];

export async function writeQualityReport(
  queries: Readonly<Record<Collection, readonly LoadedQuery[]>>,
  work: string,
  out: string,
): Promise<void> {
  const cells = await readCells(queries, work);
  const plots = path.join(path.dirname(out), 'quality');
  mkdirSync(plots, { recursive: true });
  const parts = [
    `# Quality of the demo model\n\nMade by \`npm run quality\`, ${new Date().toISOString().slice(0, 10)}. ${METHOD}`,
    ...COLLECTION_NAMES.flatMap((collection) => mainTable(cells, collection)),
    modesTable(cells),
    dtypesTable(cells),
    ...calibrationPart(cells, plots),
    ORIGIN,
  ];
  writeWhole(out, `${parts.join('\n\n')}\n`);
}

async function readCells(
  queries: Readonly<Record<Collection, readonly LoadedQuery[]>>,
  work: string,
): Promise<Cells> {
  const cells = new Map<string, MeasuredCell>();
  for (const collection of COLLECTION_NAMES)
    for (const mode of MODE_NAMES)
      for (const dtype of DTYPES) {
        const name = cellName({ collection, mode, dtype });
        const file = path.join(work, name, 'results.jsonl');
        if (!existsSync(file)) continue;
        const bytes = readFileSync(file);
        const results: QueryResult[] = [];
        const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
        if (whole.length === 0) continue;
        for await (const result of readQueryResults(sourceFile(file, whole))) results.push(result);
        cells.set(name, { results, queries: queries[collection].slice(0, results.length) });
      }
  return cells;
}

/** Reasoning and instant verdicts of the published weights, on as many queries as each has. */
function mainTable(cells: Cells, collection: Collection): string[] {
  const { title, relevanceLevel } = COLLECTIONS[collection];
  const rows = (['reason', 'instant'] as const).flatMap((mode) => {
    const cell = cells.get(cellName({ collection, mode, dtype: 'q4' }));
    if (!cell) return [];
    const measures = computeMeasures(cell.queries, cell.results, runOf(cell), relevanceLevel);
    const gain = measures['gain_over_first_stage_nDCG@10'] as ReturnType<typeof pairedBootstrap>;
    const [first, random, best] = [
      (measures['first_stage'] as Record<string, number>)[NDCG.name],
      measures['random_order_nDCG@10'],
      measures['best_order_nDCG@10'],
    ];
    const ours = (measures['reranked'] as Record<string, number>)[NDCG.name];
    return [
      [
        mode,
        cell.queries.length,
        measures['num_documents'],
        figure(ours),
        figure(first),
        figure(random),
        figure(best),
        `${signed(gain.meanDifference)} (${signed(gain.lower)} to ${signed(gain.upper)})`,
        measures['num_forced'],
        measures['num_ties_that_matter'],
      ],
    ];
  });
  if (rows.length === 0) return [];
  const head = ['mode', 'queries', 'documents', 'nDCG@10', 'BM25', 'random order', 'best order'];
  head.push('gain over BM25 (95 %)', 'forced', 'ties that mattered');
  return [`## ${title}, the published 4-bit weights`, table(head, rows)];
}

/** Every mode in every dtype, on the queries that all of them have. */
function modesTable(cells: Cells): string {
  const rows = MODE_NAMES.flatMap((mode) =>
    DTYPES.map((dtype) => [
      mode,
      dtype,
      ...COLLECTION_NAMES.flatMap((collection) => {
        const cell = cells.get(cellName({ collection, mode, dtype }));
        const shared = sharedQueries(cells, collection);
        if (!cell || shared === 0) return ['–', '–'];
        const values = [...ndcgOf(cut(cell, shared)).values()];
        const { lower, upper } = interval(values);
        return [figure(average(values)), `${figure(lower)} to ${figure(upper)}`];
      }),
    ]),
  );
  const references = (['first stage (BM25)', 'random order', 'best order'] as const).map((name, row) => [
    name,
    '',
    ...COLLECTION_NAMES.flatMap((collection) => {
      const cell = cells.get(cellName({ collection, mode: 'instant', dtype: 'q4' }));
      const shared = sharedQueries(cells, collection);
      if (!cell || shared === 0) return ['–', ''];
      const { queries, results } = cut(cell, shared);
      const measures = computeMeasures(queries, results, runOf({ queries, results }), 1);
      const first = (measures['first_stage'] as Record<string, number>)[NDCG.name];
      return [figure([first, measures['random_order_nDCG@10'], measures['best_order_nDCG@10']][row]), ''];
    }),
  ]);
  const head = ['mode', 'dtype', ...COLLECTION_NAMES.flatMap((c) => [COLLECTIONS[c].title, '95 %'])];
  const counts = COLLECTION_NAMES.map(
    (collection) => `${sharedQueries(cells, collection)} queries of ${COLLECTIONS[collection].title}`,
  );
  return [
    '## Every mode in every dtype',
    `nDCG@10 on the ${counts.join(' and ')} that every one of these cells has. So few queries say little about which mode is ` +
      'better; the intervals are wide. They show that every mode works in every dtype; what a dtype changes is in the next table.',
    table(head, [...rows, ...references]),
  ].join('\n\n');
}

/** What a dtype changes, document by document: many more than there are queries. */
function dtypesTable(cells: Cells): string {
  const rows = MODE_NAMES.flatMap((mode) =>
    DTYPES.filter((dtype) => dtype !== 'fp32').map((dtype) => {
      const pairs = COLLECTION_NAMES.flatMap((collection) => documentPairs(cells, collection, mode, dtype));
      const scores = pairs.map(([a, b]) => Math.abs(a.score - b.score));
      return [
        mode,
        dtype,
        pairs.length,
        pairs.filter(([a, b]) => a.label !== b.label).length,
        pairs.filter(([a, b]) => a.reasoning !== b.reasoning).length,
        pairs.length > 0 ? average(scores).toExponential(1) : '–',
        pairs.length > 0 ? Math.max(...scores).toExponential(1) : '–',
        ...COLLECTION_NAMES.map((collection) => lossText(cells, collection, mode, dtype)),
      ];
    }),
  );
  const head = [
    'mode',
    'dtype',
    'documents',
    'other label',
    'other chain',
    'mean score difference',
    'largest',
  ];
  return [
    '## What a dtype costs, against fp32',
    'The same documents under both dtypes. The last columns are the mean change of nDCG@10 with its 95 % interval.',
    table([...head, ...COLLECTION_NAMES.map((collection) => COLLECTIONS[collection].title)], rows),
  ].join('\n\n');
}

function documentPairs(cells: Cells, collection: Collection, mode: Mode, dtype: Dtype) {
  const [exact, rounded] = (['fp32', dtype] as const).map((one) =>
    cells.get(cellName({ collection, mode, dtype: one })),
  );
  if (!exact || !rounded) return [];
  const documents = ({ results }: MeasuredCell) =>
    new Map(
      results.flatMap(({ qid, ranking }) =>
        ranking.map((document) => [`${qid} ${document.docid}`, document]),
      ),
    );
  const others = documents(rounded);
  return [...documents(exact)].flatMap(([key, { verdict, reasoning }]) => {
    const other = others.get(key);
    if (!verdict || !other?.verdict) return [];
    return [
      [
        { ...verdict, reasoning },
        { ...other.verdict, reasoning: other.reasoning },
      ] as const,
    ];
  });
}

function lossText(cells: Cells, collection: Collection, mode: Mode, dtype: Dtype): string {
  const [exact, rounded] = (['fp32', dtype] as const).map((one) =>
    cells.get(cellName({ collection, mode, dtype: one })),
  );
  if (!exact || !rounded) return '–';
  const shared = Math.min(exact.results.length, rounded.results.length);
  const [before, after] = [exact, rounded].map((cell) => ndcgOf(cut(cell, shared)));
  const { meanDifference, lower, upper } = pairedBootstrap(before!, after!, { seed: BOOTSTRAP_SEED });
  return `${signed(meanDifference)} (${signed(lower)} to ${signed(upper)})`;
}

function calibrationPart(cells: Cells, folder: string): string[] {
  const rows: unknown[][] = [];
  const images: string[] = [];
  for (const collection of COLLECTION_NAMES)
    for (const mode of ['reason', 'instant'] as const) {
      const cell = cells.get(cellName({ collection, mode, dtype: 'q4' }));
      if (!cell) continue;
      const { title, relevanceLevel } = COLLECTIONS[collection];
      const calibration = calibrate(
        cell.results.flatMap(({ ranking }) =>
          ranking.flatMap(({ verdict, grade }) =>
            verdict
              ? [{ score: verdict.score, isRelevant: grade === null ? null : grade >= relevanceLevel }]
              : [],
          ),
        ),
      );
      const { expectedCalibrationError: error, brierScore, numJudged, bins } = calibration;
      const relevant = bins.reduce((sum, bin) => sum + bin.numRelevant, 0);
      rows.push([title, mode, numJudged, figure(relevant / numJudged), figure(error), figure(brierScore)]);
      if (mode !== 'reason') continue;
      writeWhole(
        path.join(folder, `${collection}-reliability.svg`),
        reliabilityPlot(calibration, `${title}: reliability`),
      );
      writeWhole(
        path.join(folder, `${collection}-scores.svg`),
        scoreHistogramPlot(calibration, `${title}: scores`),
      );
      images.push(`![Reliability of the score on ${title}](quality/${collection}-reliability.svg)`);
      images.push(`![Scores by judgement on ${title}](quality/${collection}-scores.svg)`);
    }
  const head = [
    'collection',
    'mode',
    'judged documents',
    'share relevant',
    'calibration error',
    'Brier score',
  ];
  return [
    '## Calibration',
    'Is a score of 0.8 right eight times in ten? Expected calibration error over ten bins; 4-bit weights. Relevant is a grade of 1 on SelQA, of 2 on DL19.',
    table(head, rows),
    images.join('\n'),
  ];
}

/** Queries that every cell of a collection has. */
function sharedQueries(cells: Cells, collection: Collection): number {
  const lengths = MODE_NAMES.flatMap((mode) =>
    DTYPES.map((dtype) => cells.get(cellName({ collection, mode, dtype }))?.results.length ?? 0),
  );
  const some = lengths.filter((length) => length > 0);
  return some.length === 0 ? 0 : Math.min(...some);
}

function cut({ queries, results }: MeasuredCell, numQueries: number): MeasuredCell {
  return { queries: queries.slice(0, numQueries), results: results.slice(0, numQueries) };
}

function runOf({ results }: MeasuredCell) {
  return new Map(results.map((result) => [result.qid, logitDifferences(result)]));
}

function ndcgOf(cell: MeasuredCell): ReadonlyMap<string, number> {
  return evaluateJudgedRun(runOf(cell), judgementsByQuery(cell.queries), { measures: [NDCG] }).perQuery.get(NDCG.name)!;
}

/** Of a mean over queries: the paired bootstrap against nothing. */
function interval(values: readonly number[]): { lower: number; upper: number } {
  const qids = values.map((_, index) => String(index));
  const zero = new Map(qids.map((qid) => [qid, 0]));
  const all = new Map(qids.map((qid, index) => [qid, values[index]!]));
  return pairedBootstrap(zero, all, { seed: BOOTSTRAP_SEED });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function figure(value: unknown): string {
  return typeof value === 'number' ? value.toFixed(3) : '–';
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

/** Padded, as prettier has it. */
function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}
