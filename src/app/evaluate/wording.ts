/** Evaluation page texts that depend on numbers or formats, and the plots' labels. */
import { msg, str } from '@lit/localize';
import type { FileFormat, PlotWords } from '../../evaluation/index.ts';
import { numberOf } from '../shell/number-text.ts';

export function formatLabel(format: FileFormat): string {
  const labels: Record<FileFormat, () => string> = {
    'trec-run': () => msg('TREC run'),
    'rank1-run': () => msg('rank1 run file'),
    'trec-qrels': () => msg('Judgements'),
    'beir-qrels': () => msg('Judgements'),
    'eval-jsonl': () => msg('Collection, in its given order'),
    'rank-llm-requests': () => msg('rank_llm requests'),
    'query-results': () => msg('Results with chains'),
    'mteb-predictions': () => msg('mteb predictions'),
    'mteb-result': () => msg('Figures of mteb, already measured'),
    'beir-queries': () => msg('Texts, which no measure needs'),
    'beir-corpus': () => msg('Texts, which no measure needs'),
  };
  return labels[format]();
}

export function queriesText(count: number): string {
  return count === 1 ? msg('1 query') : msg(str`${numberOf(count)} queries`);
}

/** What is left out of a run's metrics, following the field's tools, and which judgements are in doubt. */
export function noteTexts({
  missingQids,
  unjudgedQids,
  numOwnDocuments,
  numConflictingQueries,
}: {
  readonly missingQids: readonly string[];
  readonly unjudgedQids: readonly string[];
  readonly numOwnDocuments: number;
  readonly numConflictingQueries: number;
}): string[] {
  const texts: string[] = [];
  if (missingQids.length > 0) texts.push(msg(str`${numberOf(missingQids.length)} missing`));
  if (unjudgedQids.length > 0) texts.push(msg(str`${numberOf(unjudgedQids.length)} without judgements`));
  if (numOwnDocuments > 0)
    texts.push(msg(str`${numberOf(numOwnDocuments)} documents left out that are their own query`));
  if (numConflictingQueries > 0)
    texts.push(
      msg(
        str`${numberOf(numConflictingQueries)} that the files judge differently: the last file counts, remove what is of another collection`,
      ),
    );
  return texts;
}

/** Why there are no metrics yet. */
export function missingText(hasRun: boolean, hasJudgements: boolean): string {
  if (!hasRun) return msg('A run is missing: drop the ranking that is to be measured.');
  if (!hasJudgements) return msg('Judgements are missing: drop the qrels of the collection.');
  return msg(
    'Run and judgements have no query in common. Check that both are of one collection and write query ids alike.',
  );
}

export const PLOT_WORDS: PlotWords = {
  calibrationError: (error) => msg(str`calibration error ${error}`),
  get noJudged() {
    return msg('no judged documents');
  },
  get meanScoreOfBin() {
    return msg('mean score of the bin');
  },
  get shareRelevant() {
    return msg('share relevant');
  },
  get judgements(): [string, string, string] {
    return [msg('relevant'), msg('not relevant'), msg('unjudged')];
  },
  get score() {
    return msg('score');
  },
  get documents() {
    return msg('documents');
  },
  gainCounts: (numBetter, numWorse, numSame) =>
    msg(str`${numBetter} better, ${numWorse} worse, ${numSame} the same`),
  get queriesByGain() {
    return msg('queries, by gain');
  },
  gainIn: (measureName) => msg(str`gain in ${measureName}`),
};
