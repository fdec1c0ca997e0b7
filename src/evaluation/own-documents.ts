/** Collections whose queries are themselves documents, such as ArguAna and Quora. */
import type { Run } from './types.ts';

export interface WithoutOwnDocuments {
  readonly run: Run;
  /** number of documents removed */
  readonly numOwn: number;
}

/**
 * Removes documents whose id equals their query's, because a query trivially retrieves itself. BEIR does this
 * for every collection, mteb for tasks with `ignore_identical_ids`, trec_eval never.
 */
export function withoutOwnDocuments(run: Run): WithoutOwnDocuments {
  let numOwn = 0;
  const others = new Map(
    [...run].map(([qid, scores]) => {
      if (!scores.has(qid)) return [qid, scores];
      numOwn++;
      return [qid, new Map([...scores].filter(([docid]) => docid !== qid))];
    }),
  );
  return { run: others, numOwn };
}
