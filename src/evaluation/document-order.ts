/** From scores to an order. The field's tools agree on scores and differ on ties. */
import { compareUtf8Bytes } from './byte-order.ts';
import type { Run } from './types.ts';

/** How documents with equal scores are put in order. */
export type TieBreak = 'docid-descending' | 'docid-ascending';

/**
 * Document ids, best first: score descending as double, ties by the UTF-8 bytes of the id. That is trec_eval 10's order;
 * for that of trec_eval 9 pass scores through `toSinglePrecision` first.
 *
 * @param tieBreak `docid-descending` is trec_eval's (form_res_rels.c, comp_sim_docno: "b" before "a", "9" before
 *   "10"); `docid-ascending` is that of ir_measures' RR@k and Judged@k
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
 * The run as trec_eval 9 sees it, and with it pytrec_eval and mteb: they keep scores as 32-bit floats, so that scores
 * of rank1 close to 1 tie which a double tells apart (1 - 1e-9 and 1 do).
 */
export function toSinglePrecision(run: Run): Run {
  return new Map(
    [...run].map(([qid, scores]) => [
      qid,
      new Map([...scores].map(([docid, score]) => [docid, Math.fround(score)])),
    ]),
  );
}
