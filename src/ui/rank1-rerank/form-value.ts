/** The form value of `<rank1-rerank>`: the ranking without the texts, which the page already has. */
import type { RankedResult } from '../events.ts';
import type { RerankPhase } from '../rerank-controller.ts';

interface RankingSource {
  readonly phase: RerankPhase;
  readonly results: readonly RankedResult[];
  readonly selection: ReadonlySet<number>;
  readonly effectiveThreshold: number;
  readonly controller: { readonly query: string };
}

/** `{ query, threshold, results: [{ rank, index, id, label, score, logitDifference, forced, instant?, selected }] }` or empty. */
export function formValue(source: RankingSource): string {
  const { phase, results, selection, effectiveThreshold: threshold, controller } = source;
  const judged = results.filter(({ verdict }) => verdict !== null);
  if ((phase !== 'complete' && phase !== 'aborted' && phase !== 'failed') || judged.length === 0) return '';
  const rows = judged.map(({ rank, index, document, verdict }) => {
    return { rank, index, id: document.id, ...verdict, selected: selection.has(index) };
  });
  return JSON.stringify({ query: controller.query, threshold, results: rows });
}
