/** A run's metrics and reference values; shared by the command line, the page and the quality report. */
import { pairedBootstrap, type BootstrapInterval } from './analysis/bootstrap.ts';
import { bestOrder, expectedRandomNdcg } from './analysis/reference-orders.ts';
import { reportTies } from './analysis/ties.ts';
import { orderDocuments } from './document-order.ts';
import { evaluateJudgedRun, type EvaluateOptions, type Evaluation } from './evaluate.ts';
import { gradeRanking } from './graded-ranking.ts';
import { meanOf } from './mean.ts';
import { parseMeasure } from './measures/measure.ts';
import { pairMeasures, type PairMeasures } from './measures/pair-measures.ts';
import { hasJudgements, type Judgements, type Run } from './types.ts';

/** Fixed, so that intervals are reproducible. */
const BOOTSTRAP_SEED = 1;

export interface RunFiguresOptions extends EvaluateOptions {
  /** k of the nDCG@k used for ties, random order and best order */
  readonly cutoff: number;
}

export interface RunFigures extends Evaluation, PairMeasures {
  /** ties that can change nDCG@k, over all queries */
  readonly numTiesThatMatter: number;
  /** lowest and highest mean nDCG@k that tie-breaking can give */
  readonly lowestByTies: number | null;
  readonly highestByTies: number | null;
  /** expected nDCG@k of the run's documents in random order */
  readonly randomOrder: number | null;
  /** nDCG@k of the run's documents in the best order */
  readonly bestOrder: number | null;
}

/**
 * A run's metrics, with reference values for comparison.
 * @throws Rank1Error invalid-file if the run and the judgements share no query
 */
export function runFigures(
  run: Run,
  allJudgements: ReadonlyMap<string, Judgements>,
  options: RunFiguresOptions,
): RunFigures {
  const { cutoff, missingQueries } = options;
  const judgements = new Map([...allJudgements].filter(([, known]) => hasJudgements(known)));
  const evaluation = evaluateJudgedRun(run, judgements, options);
  const judged = new Map([...judgements].filter(([qid]) => run.has(qid)));
  // A missing query counted as 0 scores 0 in any order.
  const counted = missingQueries === 'zero' ? judgements : judged;
  const scored = [...counted].map(([qid, known]) => ({ known, scores: run.get(qid) ?? new Map() }));
  const rankings = scored.map(({ known, scores }) => gradeRanking(orderDocuments(scores), known));
  const ndcg = parseMeasure(`nDCG@${cutoff}`);
  const ties = scored.map(({ known, scores }) => reportTies(scores, known, cutoff));
  return {
    ...evaluation,
    ...pairMeasures(run, judged),
    numTiesThatMatter: ties.reduce((sum, { numTiesThatMatter }) => sum + numTiesThatMatter, 0),
    lowestByTies: meanOf(ties.map(({ lowestNdcg }) => lowestNdcg)),
    highestByTies: meanOf(ties.map(({ highestNdcg }) => highestNdcg)),
    randomOrder: meanOf(rankings.map((ranking) => expectedRandomNdcg(ranking, cutoff))),
    bestOrder: meanOf(rankings.map((ranking) => ndcg.compute(bestOrder(ranking), 1))),
  };
}

/** The values of both runs, limited to the queries they share. */
export function sharedValues(
  baseline: ReadonlyMap<string, number>,
  system: ReadonlyMap<string, number>,
): [Map<string, number>, Map<string, number>] {
  const qids = [...baseline.keys()].filter((qid) => system.has(qid));
  return [
    new Map(qids.map((qid) => [qid, baseline.get(qid)!])),
    new Map(qids.map((qid) => [qid, system.get(qid)!])),
  ];
}

/** Mean gain over the baseline with its 95 % interval, on shared queries; null if there are none. */
export function gainOver(
  baseline: ReadonlyMap<string, number>,
  system: ReadonlyMap<string, number>,
): BootstrapInterval | null {
  const shared = sharedValues(baseline, system);
  return shared[0].size === 0 ? null : pairedBootstrap(...shared, { seed: BOOTSTRAP_SEED });
}
