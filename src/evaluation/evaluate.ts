/** Evaluates a run against judgements: every metric, per query and averaged. */
import { Rank1Error } from '../base/errors.ts';
import { orderDocuments } from './document-order.ts';
import { gradeRanking } from './graded-ranking.ts';
import { meanOf } from './mean.ts';
import type { Measure } from './measures/measure.ts';
import { hasJudgements, type Judgements, type Qrels, type Run } from './types.ts';

export interface EvaluateOptions {
  readonly measures: readonly Measure[];
  /** lowest grade that counts as relevant for AP, RR, P and R (trec_eval -l); default 1; use 2 for TREC DL */
  readonly relevanceLevel?: number;
  /**
   * Judged queries missing from the run: `skip` averages over the queries present (trec_eval's default,
   * mteb), `zero` counts each as 0 (trec_eval -c).
   */
  readonly missingQueries?: 'skip' | 'zero';
}

export interface Evaluation {
  /** metric name to qid to value; omits queries whose judgements do not determine the metric */
  readonly perQuery: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /**
   * metric name to the mean of the unrounded values; null if some query's judgements do not determine the
   * metric
   */
  readonly means: ReadonlyMap<string, number | null>;
  readonly numQueries: number;
  /** judged queries missing from the run */
  readonly missingQids: readonly string[];
  /** queries of the run without judgements, which are excluded, as in trec_eval */
  readonly unjudgedQids: readonly string[];
}

/**
 * @throws Rank1Error invalid-file if the run and the judgements share no query; RangeError for an invalid relevance level
 * @example
 * const run = await readTrecRun(sourceFile('bm25.run', runText));
 * const qrels = await readTrecQrels(sourceFile('qrels.txt', qrelsText));
 * const { means } = evaluateRun(run, qrels, { measures: [parseMeasure('nDCG@10')] });
 * console.log(means.get('nDCG@10'));
 */
export function evaluateRun(run: Run, qrels: Qrels, options: EvaluateOptions): Evaluation {
  const judgements = new Map([...qrels].map(([qid, grades]) => [qid, { grades }]));
  return evaluateJudgedRun(run, judgements, options);
}

/** As `evaluateRun`, for judgements that come with the queries (see `judgementsOf` in eval-jsonl.ts). */
export function evaluateJudgedRun(
  run: Run,
  allJudgements: ReadonlyMap<string, Judgements>,
  { measures, relevanceLevel = 1, missingQueries = 'skip' }: EvaluateOptions,
): Evaluation {
  if (!(Number.isInteger(relevanceLevel) && relevanceLevel >= 1)) {
    throw new RangeError(`relevanceLevel must be an integer of 1 or more, not ${relevanceLevel}`);
  }
  const judgements = new Map([...allJudgements].filter(([, known]) => hasJudgements(known)));
  const missingQids = [...judgements.keys()].filter((qid) => !run.has(qid));
  if (missingQids.length === judgements.size) {
    throw new Rank1Error(
      'invalid-file',
      'The run and the judgements have no query in common. Check that both belong to the same collection and write query ids alike.',
    );
  }
  const numQueries = judgements.size - (missingQueries === 'skip' ? missingQids.length : 0);
  const perQuery = new Map(measures.map(({ name }) => [name, new Map<string, number>()]));
  for (const [qid, known] of judgements) {
    const scores = run.get(qid);
    if (scores === undefined && missingQueries === 'skip') continue;
    const rankings = {
      'docid-descending': gradeRanking(orderDocuments(scores ?? new Map(), 'docid-descending'), known),
      'docid-ascending': gradeRanking(orderDocuments(scores ?? new Map(), 'docid-ascending'), known),
    };
    for (const { name, tieBreak, compute } of measures) {
      const value = compute(rankings[tieBreak], relevanceLevel);
      if (value !== null) perQuery.get(name)!.set(qid, value);
    }
  }
  return {
    perQuery,
    means: new Map(
      [...perQuery].map(([name, values]) => [
        name,
        values.size === numQueries ? meanOf(values.values()) : null,
      ]),
    ),
    numQueries,
    missingQids,
    unjudgedQids: [...run.keys()].filter((qid) => !judgements.has(qid)),
  };
}
