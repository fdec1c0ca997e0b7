/** Which judgements a run is measured against. Query ids alone do not tell: every collection may count from 1. */
import { withoutOwnDocuments, type Judgements, type WithoutOwnDocuments } from '../../evaluation/index.ts';
import type { CollectedFile, MeasurableFile } from './collected-files.ts';

type JudgedQueries = ReadonlyMap<string, Judgements>;

export interface CollectedJudgements {
  /** by query; the last file's if several judge it */
  readonly judgements: JudgedQueries;
  /** queries judged by a file of BEIR */
  readonly beirQids: ReadonlySet<string>;
  /** queries that files judge differently */
  readonly conflictingQids: ReadonlySet<string>;
}

export function collectedJudgements(files: readonly CollectedFile[]): CollectedJudgements {
  const judgements = new Map<string, Judgements>();
  const beirQids = new Set<string>();
  const conflictingQids = new Set<string>();
  for (const file of files) {
    const judged = file.judgements ?? new Map<string, Judgements>();
    for (const qid of differingQids(judgements, judged)) conflictingQids.add(qid);
    for (const [qid, known] of judged) {
      judgements.set(qid, known);
      if (file.format === 'beir-qrels') beirQids.add(qid);
      else beirQids.delete(qid);
    }
  }
  return { judgements, beirQids, conflictingQids };
}

export interface MeasuredRun extends WithoutOwnDocuments {
  readonly judgements: JudgedQueries;
  /** queries of the run that files judge differently */
  readonly numConflicting: number;
}

/**
 * The run of a file, with the judgements of the same file if it holds any, else those of all files. Queries that BEIR
 * judges lose a document that is their own query, as BEIR leaves them out.
 */
export function measuredRun(file: MeasurableFile, ofAll: CollectedJudgements): MeasuredRun {
  const { judgements, beirQids, conflictingQids } = file.judgements ? collectedJudgements([file]) : ofAll;
  const ofBeir = withoutOwnDocuments(new Map([...file.run].filter(([qid]) => beirQids.has(qid))));
  return {
    run: new Map([...file.run, ...ofBeir.run]),
    numOwn: ofBeir.numOwn,
    judgements,
    numConflicting: [...file.run.keys()].filter((qid) => conflictingQids.has(qid)).length,
  };
}

/**
 * Queries that both judge, but not alike: by another grade of a document; or by other documents, if that is so for most
 * queries, which then belong to two collections.
 */
export function differingQids(some: JudgedQueries, others: JudgedQueries): ReadonlySet<string> {
  if (some === others) return new Set();
  const contradicting: string[] = [];
  const apart: string[] = [];
  let numAlike = 0;
  for (const [qid, { grades }] of some) {
    const known = others.get(qid);
    if (!known) continue;
    const shared = [...grades].filter(([docid]) => known.grades.has(docid));
    if (shared.length === 0) apart.push(qid);
    else if (shared.some(([docid, grade]) => known.grades.get(docid) !== grade)) contradicting.push(qid);
    else numAlike++;
  }
  return new Set(apart.length > numAlike ? [...contradicting, ...apart] : contradicting);
}
