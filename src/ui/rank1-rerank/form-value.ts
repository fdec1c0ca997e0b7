/** The form value of `<rank1-rerank>`: the ranking without the texts, which the page already has. */
import type { RankedResult } from '../events.ts';
import type { RerankPhase } from '../rerank-controller.ts';

interface RankingSource {
  readonly phase: RerankPhase;
  readonly results: readonly RankedResult[];
  readonly numSelected: number;
  readonly effectiveThreshold: number;
  readonly controller: { readonly query: string };
}

/** `{ query, threshold, results: [{ rank, index, id, label, score, logitDifference, forced, selected }] }` or empty. */
export function formValue(source: RankingSource): string {
  const { phase, results, numSelected, effectiveThreshold: threshold, controller } = source;
  const judged = results.filter(({ verdict }) => verdict !== null);
  if ((phase !== 'complete' && phase !== 'aborted' && phase !== 'failed') || judged.length === 0) return '';
  const rows = judged.map(({ rank, index, document, verdict }) => {
    const selected = rank !== null && rank <= numSelected;
    return { rank, index, id: document.id, ...verdict, selected };
  });
  return JSON.stringify({ query: controller.query, threshold, results: rows });
}
