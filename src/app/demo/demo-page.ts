/** Markup of the demo page in the current language. Re-rendering keeps user input. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { reasonsLabel } from '../shell/reasons-label.ts';
import type { SampleCollection } from './sample-collections.ts';

/**
 * @param allowsServer whether the user may name a server on this page, to which what is judged is then sent
 * @param isDefaultModel false if the user chose another model
 */
export function renderDemoPage(allowsServer: boolean, isDefaultModel: boolean): TemplateResult {
  return html`
    ${allowsServer ? serverMasthead() : masthead(isDefaultModel)}

    <form id="ask" class="ask" autocomplete="off">
      <div class="question-head">
        <label for="query">${msg('Question')}</label>
        <div class="samples" role="group" aria-labelledby="samples-label">
          <span id="samples-label">${msg('Samples')}</span>
          <span id="samples" class="sample-buttons"></span>
        </div>
      </div>
      <textarea id="query" class="question" rows="1" enterkeyhint="go"></textarea>
      <p id="sample-error" class="sample-error" role="alert" hidden></p>
    </form>

    <div class="panels">
      ${allowsServer ? comparison(true) : nothing} ${documentsPanel()} ${settingsPanel()}
      ${allowsServer ? nothing : comparison(false)}
    </div>

    <h2 class="visually-hidden">${msg('Ranking')}</h2>
    <rank1-rerank id="reranker"></rank1-rerank>
    <rank1-stats-panel></rank1-stats-panel>
    <div id="other-rankings"></div>
  `;
}

function masthead(isDefaultModel: boolean): TemplateResult {
  return html`<section class="masthead">
    <h1>${msg('Watch a reranker think')}</h1>
    <p class="lead">
      ${msg(
        'A reasoning reranker reads every document, thinks aloud about it, and then says whether it answers your question. It runs in this browser tab: your question and documents are not sent anywhere.',
      )}
    </p>
    <p class="honest">${isDefaultModel ? honestText() : chosenText()}</p>
  </section>`;
}

function serverMasthead(): TemplateResult {
  return html`<section class="masthead">
    <h1>${msg('Compare with a server')}</h1>
    <p class="lead">
      ${msg('The ranking here is made in this browser. Under “Compare” you name a server that judges the same list; the question and the documents are then sent there.')}
      <a href="./">${msg('Keep everything on this device')}</a>
    </p>
  </section>`;
}

const comparison = (allowsServer: boolean): TemplateResult =>
  html`<rank1-comparison .allowsServer=${allowsServer}></rank1-comparison>`;

function documentsPanel(): TemplateResult {
  return html`<details class="panel">
    <summary>
      <span>${msg('Documents')}</span> <span id="documents-count" class="summary-note"></span>
    </summary>
    <div class="panel-body">
      <label for="documents">${msg('One document per paragraph')}</label>
      <p id="documents-hint" class="hint">${pasteText()}</p>
      <textarea id="documents" rows="14" spellcheck="false" aria-describedby="documents-hint"></textarea>
      <button id="clear" class="quiet" type="button">${msg('Remove all')}</button>
    </div>
  </details>`;
}

function settingsPanel(): TemplateResult {
  return html`<details class="panel">
    <summary><span>${msg('Settings')}</span> <span id="settings-note" class="summary-note"></span></summary>
    <div class="panel-body settings">
      <div class="field wide">
        <label for="instruction"
          >${msg('Instruction')} <span class="optional">${msg('optional')}</span></label
        >
        <input id="instruction" type="text" aria-describedby="instruction-hint" />
        <p id="instruction-hint" class="hint">
          ${msg('Added to the question, for example “Only count European cities.”')}
        </p>
      </div>
      <div class="field">
        <label for="device">${msg('Run on')}</label>
        <select id="device">
          <option value="auto">${msg('Automatic')}</option>
          <option value="webgpu">WebGPU</option>
          <option value="wasm">CPU (WebAssembly)</option>
        </select>
      </div>
      <div class="field">
        <label for="reasons">${msg('How')}</label>
        <select id="reasons">
          ${(['all', 'top', 'none'] as const).map((reasons) => html`<option value=${reasons}>${reasonsLabel(reasons)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="max-new-tokens">${msg('Longest chain, in tokens')}</label>
        <input
          id="max-new-tokens"
          type="number"
          min="1"
          max="8192"
          step="1"
          placeholder=${msg('automatic')}
        />
      </div>
    </div>
  </details>`;
}

// Spaces between words are part of what is translated.
// prettier-ignore
const honestText = (): TemplateResult => msg(html`The model here is a <strong>small model trained by this project</strong>. It quotes the words of each passage that are nearest to your question, then decides, and it makes mistakes. It is not one of the rank1 checkpoints published by Johns Hopkins University.`);

function chosenText(): string {
  return msg('The model here is the one that you chose on the page Models. It makes mistakes, too.');
}

// prettier-ignore
const pasteText = (): TemplateResult => msg(html`Paste as many as you like, with an empty line between them. A first line that starts with <code>#</code> is a title. If your documents hold empty lines themselves, put a line of <code>---</code> between them instead.`);

/** "14 · 1,204 words · edit or paste your own" */
export function documentsNote(numDocuments: number, numWords: number): string {
  const [documents, words] = [numDocuments, numWords].map((count) => count.toLocaleString('en'));
  return msg(str`${documents} · ${words} words · edit or paste your own`);
}

/** "Automatic · with an instruction" */
export function settingsNote(device: string, hasInstruction: boolean): string {
  return hasInstruction ? [device, msg('with an instruction')].join(' · ') : device;
}

/** The chosen model was deleted by the user or evicted by the browser. */
export function modelGone(): string {
  return msg(
    'The model you chose is no longer in this browser’s storage. The default model is used until you choose another on the page Models.',
  );
}

/** The tab that held the model's files was closed. */
export function filesGone(): string {
  return msg(
    'The model’s files can no longer be had: choose them again on the page Models. Until then the default model is used.',
  );
}

/** Attribution of a sample collection, in the page footer. */
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
