/** The attribution of a sample collection, at the foot of the page. */
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { SampleCollection } from './sample-collections.ts';

export function renderSources(collection: SampleCollection): TemplateResult {
  const { attribution, changes, trainingNote, documents } = collection;
  return html`
    <p lang="en">${attribution} Changes: ${changes} ${trainingNote}</p>
    <details>
      <summary>${msg('Source of each sample document')}</summary>
      <ol>
        ${documents.map(
          ({ metadata: { source, licence, url } }) =>
            html`<li>
              ${url ? html`<a href=${url} rel="noreferrer">${source}</a>` : source}${licence ? `, ${licence}` : nothing}
            </li>`,
        )}
      </ol>
    </details>
  `;
}
