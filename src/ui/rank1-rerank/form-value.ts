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

interface FormControl extends HTMLElement {
  readonly phase: RerankPhase;
  readonly paused: boolean;
  readonly value: string;
  readonly required: boolean;
}

/** The `value` of the element. */
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

/** Sets what styles and the form see of the element. */
export function reflectState(element: FormControl, internals: ElementInternals): void {
  const { phase, paused, value, required, shadowRoot } = element;
  element.setAttribute('phase', phase);
  element.toggleAttribute('paused', paused);
  internals.setFormValue(value || null);
  const button = shadowRoot?.querySelector<HTMLElement>('.main') ?? undefined;
  if (required && !value) internals.setValidity({ valueMissing: true }, requiredText(), button);
  else internals.setValidity({});
}
