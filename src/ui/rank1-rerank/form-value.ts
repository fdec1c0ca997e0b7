/** The form value of `<rank1-rerank>`, the ranking without the texts, which the page already has; and its validity. */
import type { RankedResult } from '../events.ts';
import type { RerankPhase } from '../rerank-controller.ts';
import { requiredText } from '../wording.ts';

interface RankingSource {
  readonly phase: RerankPhase;
  readonly results: readonly RankedResult[];
  readonly selection: ReadonlySet<number>;
  readonly effectiveThreshold: number;
  readonly controller: { readonly query: string };
}

interface FormControl {
  readonly value: string;
  readonly required: boolean;
  readonly shadowRoot: ShadowRoot | null;
}

/** `{ query, threshold, results: [{ rank, index, id, label, score, logitDifference, forced, instant?, selected }] }` or empty. */
export function formValue(source: RankingSource): string {
  const { phase } = source;
  if (phase !== 'complete' && phase !== 'aborted' && phase !== 'failed') return '';
  const { results, selection, effectiveThreshold: threshold, controller } = source;
  const judged = results.filter(({ verdict }) => verdict !== null);
  if (judged.length === 0) return '';
  const rows = judged.map(({ rank, index, document, verdict }) => {
    return { rank, index, id: document.id, ...verdict, selected: selection.has(index) };
  });
  return JSON.stringify({ query: controller.query, threshold, results: rows });
}

export function tellForm(internals: ElementInternals, { value, required, shadowRoot }: FormControl): void {
  internals.setFormValue(value || null);
  const button = shadowRoot?.querySelector<HTMLElement>('.main') ?? undefined;
  if (required && !value) internals.setValidity({ valueMissing: true }, requiredText(), button);
  else internals.setValidity({});
}
