/** Compares the results of exact and fast arithmetic. Pure functions. */
import type { QueryResult } from '../../evaluation/index.ts';
import { isLossSmall, type FastMeasured } from '../../model/fast-measured.ts';

export interface JudgedSet {
  readonly name: string;
  /** results of the same queries, in the same order */
  readonly exact: readonly QueryResult[];
  readonly fast: readonly QueryResult[];
}

const NDCG = 'nDCG@10';

export function measureFast(sets: readonly JudgedSet[]): FastMeasured {
  let [numDocuments, numVerdictsDiffer, numChains, numChainsDiffer] = [0, 0, 0, 0];
  for (const { exact, fast } of sets) {
    exact.forEach(({ ranking }, nth) => {
      const others = new Map(fast[nth]!.ranking.map((document) => [document.docid, document]));
      for (const { docid, reasoning, verdict } of ranking) {
        const other = others.get(docid)!;
        numDocuments++;
        numVerdictsDiffer += Number(other.verdict?.label !== verdict?.label);
        if (reasoning === '') continue;
        numChains++;
        numChainsDiffer += Number(other.reasoning !== reasoning);
      }
    });
  }
  return {
    sets: sets.map(({ name, exact, fast }) => ({
      name,
      numQueries: exact.length,
      exact: meanNdcg(exact),
      fast: meanNdcg(fast),
    })),
    numDocuments,
    numVerdictsDiffer,
    numChains,
    numChainsDiffer,
  };
}

export function describeFast(measured: FastMeasured): string {
  const { sets, numDocuments, numVerdictsDiffer, numChains, numChainsDiffer } = measured;
  const share = (count: number, all: number) => `${count} of ${all} (${((100 * count) / all).toFixed(1)} %)`;
  return [
    ...sets.map(
      ({ name, numQueries, exact, fast }) =>
        `${name}: nDCG@10 ${exact.toFixed(4)} exact, ${fast.toFixed(4)} fast, ${numQueries} queries`,
    ),
    `verdicts that differ: ${share(numVerdictsDiffer, numDocuments)}`,
    numChains === 0 ? 'no chains' : `chains that differ: ${share(numChainsDiffer, numChains)}`,
    isLossSmall(measured) ? 'No set loses more than 0.005.' : 'A set loses more than 0.005.',
  ].join('\n');
}

/** A query without relevant documents counts as 0, as in trec_eval. */
function meanNdcg(results: readonly QueryResult[]): number {
  const sum = results.reduce((total, { measures }) => total + (measures.get(NDCG) ?? 0), 0);
  return sum / results.length;
}
