/** Ranking by score. Evaluation tools break ties differently. */
import { compareUtf8Bytes } from './byte-order.ts';
import type { Run } from './types.ts';

export type TieBreak = 'docid-descending' | 'docid-ascending';

/**
 * Document ids, best first, as trec_eval 10: by score as a double, descending, ties by the UTF-8 bytes of the
 * id. For trec_eval 9, pass the scores through `toSinglePrecision` first.
 * @param tieBreak `docid-descending` is trec_eval's (form_res_rels.c, comp_sim_docno: "b" before "a", "9"
 * before "10"); `docid-ascending` is that of ir_measures' RR@k and Judged@k
 */
export function orderDocuments(
  scores: ReadonlyMap<string, number>,
  tieBreak: TieBreak = 'docid-descending',
): string[] {
  const sign = tieBreak === 'docid-descending' ? -1 : 1;
  return [...scores]
    .sort(([docidA, scoreA], [docidB, scoreB]) => scoreB - scoreA || sign * compareUtf8Bytes(docidA, docidB))
    .map(([docid]) => docid);
}

/**
 * The run as seen by trec_eval 9, pytrec_eval and mteb: scores are rounded to 32-bit floats, in which
 * saturated scores such as 1 - 1e-9 and 1 tie.
 */
export function toSinglePrecision(run: Run): Run {
  return new Map(
    [...run].map(([qid, scores]) => [
      qid,
      new Map([...scores].map(([docid, score]) => [docid, Math.fround(score)])),
    ]),
  );
}
