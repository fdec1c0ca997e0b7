/** Metrics of collections with paired queries, recognised by query id: NevIR's and FollowIR's. */
import type { Judgements, Qrels, Run } from '../types.ts';
import { pairwiseMrr, type PairwiseMrr } from './p-mrr.ts';
import { pairedAccuracy, type PairedAccuracy } from './paired-accuracy.ts';

export interface PairMeasures {
  readonly nevir: PairedAccuracy | null;
  readonly followIr: PairwiseMrr | null;
}

/** Each is null unless every judged query belongs to such a pair and is in the run. */
export function pairMeasures(run: Run, judgements: ReadonlyMap<string, Judgements>): PairMeasures {
  const isPaired = (first: string, second: string): boolean =>
    judgements.size > 0 &&
    [...judgements.keys()].every(
      (qid) =>
        run.has(qid) &&
        ((qid.endsWith(first) && judgements.has(qid.slice(0, -first.length) + second)) ||
          (qid.endsWith(second) && judgements.has(qid.slice(0, -second.length) + first))),
    );
  const qrels = (): Qrels => new Map([...judgements].map(([qid, { grades }]) => [qid, new Map(grades)]));
  if (isPaired('_q1', '_q2')) return { nevir: pairedAccuracy(run, qrels()), followIr: null };
  const losesDocument = isPaired('-og', '-changed') && [...judgements.keys()].some(isLosing(judgements));
  return { nevir: null, followIr: losesDocument ? pairwiseMrr(run, qrels()) : null };
}

/** Whether the changed instruction made a document irrelevant; only such queries count in p-MRR. */
function isLosing(judgements: ReadonlyMap<string, Judgements>): (qid: string) => boolean {
  return (qid) => {
    if (!qid.endsWith('-og')) return false;
    const after = judgements.get(qid.replace(/-og$/, '-changed'))!.grades;
    return [...judgements.get(qid)!.grades].some(
      ([docid, grade]) => grade > 0 && (after.get(docid) ?? 0) <= 0,
    );
  };
}
