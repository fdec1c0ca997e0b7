/** All figures of the report, computed from kept results: docs/quality/results.json holds them as they are here. */
import {
  calibrate,
  evaluateJudgedRun,
  gainOver,
  runScores,
  type Calibration,
  type QueryResult,
  type Run,
} from '../../src/evaluation/index.ts';
import { bestOrder } from '../../src/evaluation/analysis/reference-orders.ts';
import { gradeRanking } from '../../src/evaluation/graded-ranking.ts';
import { meanOf } from '../../src/evaluation/mean.ts';
import { judgementsByQuery, type LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';
import { NDCG } from '../../src/evaluation/runner/run-measures.ts';
import { isVerbatim, quoteOf } from './quotes.ts';
import { kindOf, referenceRun, setOf, type Reference, type SetName } from './sets.ts';
import { compareThresholds, type JudgedScore, type Thresholds } from './threshold.ts';

/** A mean over queries with its 95 % bootstrap interval. */
export interface Estimate {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Ratio {
  readonly count: number;
  readonly of: number;
}

/** nDCG@10 of all queries of a set; its first stage and what people use instead. */
export interface ReferenceFigures extends Readonly<Record<Reference, Estimate>> {
  readonly numQueries: number;
  /** nDCG@10 of the same candidates in the best order */
  readonly best: number;
}

/** Paired differences are over the queries that both sides have. */
export interface RankingFigures {
  /** nDCG@10 */
  readonly ndcg: Estimate;
  readonly ndcgByQuery: Readonly<Record<string, number>>;
  /** on the same queries */
  readonly references: ReferenceFigures;
  readonly gainOver: Readonly<Record<Reference, Estimate>>;
  readonly gainOverChain: Estimate | null;
  /** over another model, or other weights of this one */
  readonly gainOverCompared: Estimate | null;
}

export interface ModeFigures {
  readonly numQueries: number;
  readonly numDocuments: number;
  /** null where there is nothing to rank */
  readonly ranking: RankingFigures | null;
  /** verdicts that are right, by kind of document; null but for pairs */
  readonly byKind: Readonly<Record<string, Ratio>> | null;
  /** null without chains */
  readonly chains: ChainFigures | null;
  readonly scores: ScoreFigures;
  readonly documentsPerSecond: number | null;
}

export interface ChainFigures {
  readonly ended: Ratio;
  readonly quoting: Ratio;
  /** of the quotes */
  readonly verbatim: Ratio;
  /** of whole chains with their verdict */
  readonly medianTokens: number;
}

export interface ScoreFigures {
  /** from 0.05 to 0.95 */
  readonly graded: Ratio;
  readonly thresholds: Thresholds | null;
  readonly calibration: Calibration;
  /** lists without any `true`, once the relevant documents are taken out: a verdict does not depend on the others */
  readonly silent: Ratio;
}

export type Values = ReadonlyMap<string, number>;

export function referenceFigures(set: SetName, queries: readonly LoadedQuery[]): ReferenceFigures {
  const values = (reference: Reference) => estimate(ndcgOf(referenceRun(set, reference, queries), queries));
  const best = queries.map(({ toJudge, judgements }) =>
    NDCG.compute(
      bestOrder(
        gradeRanking(
          toJudge.map(({ docid }) => docid),
          judgements,
        ),
      ),
      1,
    ),
  );
  return {
    numQueries: queries.length,
    given: values('given'),
    bm25: values('bm25'),
    minilm: values('minilm'),
    best: meanOf(best) ?? 0,
  };
}

/** nDCG@10 by query. */
export function ndcgOf(run: Run, queries: readonly LoadedQuery[]): Values {
  return evaluateJudgedRun(run, judgementsByQuery(queries), { measures: [NDCG] }).perQuery.get(NDCG.name)!;
}

export function ndcgOfResults(results: readonly QueryResult[], queries: readonly LoadedQuery[]): Values {
  // A query whose chains all failed counts as 0.
  return ndcgOf(new Map(results.map((result) => [result.qid, runScores(result)])), queries);
}

export interface Measured {
  readonly queries: readonly LoadedQuery[];
  readonly results: readonly QueryResult[];
  readonly documentsPerSecond: number | null;
}

/** nDCG@10 by query of the mode with chains, and of the model compared with. */
export interface Others {
  readonly chain?: Values | undefined;
  readonly compared?: Values | undefined;
}

export function modeFigures(set: SetName, measured: Measured, others: Others = {}): ModeFigures {
  const { queries, results, documentsPerSecond } = measured;
  const { holds } = setOf(set);
  return {
    numQueries: queries.length,
    numDocuments: results.reduce((sum, { ranking }) => sum + ranking.length, 0),
    ranking: holds === undefined ? rankingFigures(set, measured, others) : null,
    byKind: holds === 'pairs' ? accuracyByKind(results) : null,
    chains: chainFigures(queries, results),
    scores: scoreFigures(set, results),
    documentsPerSecond,
  };
}

function accuracyByKind(results: readonly QueryResult[]): Record<string, Ratio> {
  const kinds: Record<string, { count: number; of: number }> = {};
  for (const { docid, verdict, grade } of results.flatMap(({ ranking }) => ranking)) {
    const kind = (kinds[kindOf(docid)] ??= { count: 0, of: 0 });
    kind.of++;
    if (verdict?.label === String(grade === 1)) kind.count++;
  }
  return kinds;
}

function rankingFigures(set: SetName, { queries, results }: Measured, others: Others): RankingFigures {
  const values = ndcgOfResults(results, queries);
  const over = (reference: Reference) =>
    gain(ndcgOf(referenceRun(set, reference, queries), queries), values)!;
  return {
    ndcg: estimate(values),
    ndcgByQuery: Object.fromEntries(values),
    references: referenceFigures(set, queries),
    gainOver: { given: over('given'), bm25: over('bm25'), minilm: over('minilm') },
    gainOverChain: others.chain ? gain(others.chain, values) : null,
    gainOverCompared: others.compared ? gain(others.compared, values) : null,
  };
}

/** null if no document has a chain, as in instant mode. */
export function chainFigures(
  queries: readonly LoadedQuery[],
  results: readonly QueryResult[],
): ChainFigures | null {
  const texts = new Map(
    queries.flatMap(({ qid, toJudge }) =>
      toJudge.map(({ docid, text }) => [JSON.stringify([qid, docid]), text]),
    ),
  );
  const chains = results.flatMap(({ qid, ranking }) =>
    ranking.flatMap(({ docid, samples, ...document }) =>
      (samples ?? [document]).map(({ reasoning, finishReason }) => ({
        reasoning,
        hasEnded: finishReason === 'verdict',
        numTokens: samples ? null : document.numNewTokens,
        text: texts.get(JSON.stringify([qid, docid])) ?? '',
      })),
    ),
  );
  if (chains.every(({ reasoning }) => reasoning === '')) return null;
  const quotes = chains.flatMap(({ reasoning, text }) => {
    const quote = quoteOf(reasoning);
    return quote === null ? [] : [{ quote, text }];
  });
  const verbatim = quotes.filter(({ quote, text }) => isVerbatim(quote, text));
  const lengths = chains.flatMap(({ numTokens }) => (numTokens === null ? [] : [numTokens]));
  return {
    ended: { count: chains.filter(({ hasEnded }) => hasEnded).length, of: chains.length },
    quoting: { count: quotes.length, of: chains.length },
    verbatim: { count: verbatim.length, of: quotes.length },
    medianTokens: lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0,
  };
}

export function scoreFigures(set: SetName, results: readonly QueryResult[]): ScoreFigures {
  const { relevanceLevel, isJudgedWhole } = setOf(set);
  const lists = results.map(({ ranking }) =>
    ranking.flatMap(({ verdict, grade }) => {
      const known = grade ?? (isJudgedWhole ? 0 : null);
      const isRelevant = known === null ? null : known >= relevanceLevel;
      return verdict ? [{ score: verdict.score, isTrue: verdict.label === 'true', isRelevant }] : [];
    }),
  );
  const documents = lists.flat();
  const judged = documents.filter((one): one is JudgedScore & typeof one => one.isRelevant !== null);
  const graded = documents.filter(({ score }) => score >= 0.05 && score <= 0.95);
  const irrelevant = lists
    .map((list) => list.filter(({ isRelevant }) => isRelevant === false))
    .filter((list) => list.length > 0);
  const silent = irrelevant.filter((list) => list.every(({ isTrue }) => !isTrue));
  return {
    graded: { count: graded.length, of: documents.length },
    thresholds: compareThresholds(judged),
    calibration: calibrate(documents),
    silent: { count: silent.length, of: irrelevant.length },
  };
}

function estimate(values: Values): Estimate {
  return gain(new Map([...values.keys()].map((qid) => [qid, 0])), values)!;
}

/** null if the two have no query in common. */
function gain(before: Values, after: Values): Estimate | null {
  const interval = gainOver(before, after);
  if (!interval) return null;
  const { meanDifference: mean, lower, upper } = interval;
  return { mean, lower, upper };
}
