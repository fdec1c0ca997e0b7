/** Evaluation: standard file formats, trec_eval's metrics, and reference values for comparison. */
export { compareUtf8Bytes } from './byte-order.ts';
export { orderDocuments, toSinglePrecision, type TieBreak } from './document-order.ts';
export { gradeRanking } from './graded-ranking.ts';
export { evaluateJudgedRun, evaluateRun, type EvaluateOptions, type Evaluation } from './evaluate.ts';
export {
  gainOver,
  runFigures,
  sharedValues,
  type RunFigures,
  type RunFiguresOptions,
} from './run-figures.ts';
export { mtebResultText, NO_REVISION, toMtebScores, type MtebResultOptions } from './mteb-scores.ts';
export { withoutOwnDocuments, type WithoutOwnDocuments } from './own-documents.ts';
export { hasJudgements, type GradedRanking, type Judgements, type Qrels, type Run } from './types.ts';

export {
  MTEB_CUTOFFS,
  mtebMetricKey,
  parseMeasure,
  standardMeasures,
  type Measure,
} from './measures/measure.ts';
export { pairedAccuracy, type PairedAccuracy } from './measures/paired-accuracy.ts';
export { pairMeasures, type PairMeasures } from './measures/pair-measures.ts';
export { pairwiseMrr, type PairwiseMrr } from './measures/p-mrr.ts';

export { readAnyQrels, readAnyRun, type RunChoice } from './files/any-run.ts';
export { detectFormat, type DetectedFile, type FileFormat } from './files/detect-format.ts';
export { gunzipped } from './files/gunzipped.ts';
export { invalidFile, type FilePlace } from './files/invalid-file.ts';
export { sourceFile, type SourceFile } from './files/source-file.ts';
export { readBeirCorpus, readBeirQrels, readBeirQueries, type BeirDocument } from './files/beir.ts';
export {
  formatEvalQuery,
  givenOrderScores,
  judgementsOf,
  readEvalJsonl,
  type EvalCandidate,
  type EvalQuery,
} from './files/eval-jsonl.ts';
export {
  formatMtebPredictions,
  readMtebPredictions,
  type MtebPredictions,
} from './files/mteb-predictions.ts';
export {
  formatMtebTaskResult,
  readMtebTaskResult,
  type MtebScores,
  type MtebTaskResult,
} from './files/mteb-task-result.ts';
export {
  formatQueryResult,
  runScores,
  readQueryResults,
  type QueryResult,
  type RankedDocument,
} from './files/per-query-jsonl.ts';
export {
  readRankLlmRequests,
  type RankLlmCandidate,
  type RankLlmRequest,
} from './files/rank-llm-requests.ts';
export { formatRank1RunFile, readRank1RunFile } from './files/rank1-run-file.ts';
export { formatTrecQrels, readTrecQrels } from './files/trec-qrels.ts';
export { isTrecId } from './files/trec-columns.ts';
export { formatTrecRun, readTrecRun, readTrecRunRows, type TrecRunRow } from './files/trec-run.ts';

export {
  pairedBootstrap,
  pairedDifferences,
  type BootstrapInterval,
  type BootstrapOptions,
  type PairedDifference,
} from './analysis/bootstrap.ts';
export { kendallTau } from './analysis/rank-correlation.ts';
export { calibrate, type Calibration, type ScoreBin, type ScoredJudgement } from './analysis/calibration.ts';
export {
  bestOrder,
  expectedRandomNdcg,
  randomOrderEstimate,
  type RandomOrderEstimate,
} from './analysis/reference-orders.ts';
export { reportTies, type TieReport } from './analysis/ties.ts';

export { reliabilityPlot, scoreHistogramPlot } from './plots/calibration-plots.ts';
export { perQueryGainPlot } from './plots/gain-plot.ts';
export type { PlotWords } from './plots/plot-words.ts';
