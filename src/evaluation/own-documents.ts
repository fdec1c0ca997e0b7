/** Collections whose queries are documents of their corpus, as ArguAna's and Quora's are. */
import type { Run } from './types.ts';

export interface WithoutOwnDocuments {
  readonly run: Run;
  /** documents that were left out */
  readonly numOwn: number;
}

/**
 * A run without the documents whose id is their query's: a query trivially retrieves itself. BEIR leaves them out of
 * every collection, mteb out of the tasks that say `ignore_identical_ids`, trec_eval out of none.
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
