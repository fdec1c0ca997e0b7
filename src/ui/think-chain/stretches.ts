/** Renders stretches as text nodes and `<mark>`; markup in the text stays text. */
import { html, type TemplateResult } from 'lit';
import type { Stretch } from './quotes.ts';

export function renderStretches(stretches: readonly Stretch[]): (TemplateResult | string)[] {
  return stretches.map(({ text, quoted }) => (quoted ? html`<mark part="quote">${text}</mark>` : text));
}
