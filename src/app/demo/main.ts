/** The demo page: connects the form to `<rank1-rerank>`. The markup is in demo-page.ts. */
import { LOCALE_STATUS_EVENT } from '@lit/localize';
import { html, render } from 'lit';
import type { DevicePreference, Reasons } from '../../protocol/rerank-api.ts';
import '../../ui/index.ts';
import { StatsPanelElement } from '../../ui/stats-panel/stats-panel.ts';
import { ComparisonElement } from '../compare/comparison-panel.ts';
import { DEFAULT_MODEL, findChosenModel, readChosenModel } from '../models/chosen-model.ts';
import { receiveModelFiles } from '../models/handed-files.ts';
import { confineRerankers } from '../shell/confined-rerankers.ts';
import { RemoteServerElement } from '../shell/remote-server-form.ts';
import '../shell/index.ts';
import {
  documentsNote,
  filesGone,
  modelGone,
  renderDemoPage,
  renderSources,
  settingsNote,
} from './demo-page.ts';
import { formatDocuments, parseDocuments } from './documents-text.ts';
import { fetchSample, listSamples, type SampleCollection, type SampleListing } from './sample-collections.ts';

const EDIT_PAUSE_MS = 250;

customElements.define('rank1-stats-panel', StatsPanelElement);
customElements.define('rank1-comparison', ComparisonElement);
customElements.define('rank1-remote-server', RemoteServerElement);
confineRerankers(document.body);

function byId<Type extends HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}

const page = byId('demo');
renderPage(readChosenModel());

const form = byId<HTMLFormElement>('ask');
const query = byId<HTMLTextAreaElement>('query');
const documents = byId<HTMLTextAreaElement>('documents');
const documentsCount = byId('documents-count');
const instruction = byId<HTMLInputElement>('instruction');
const device = byId<HTMLSelectElement>('device');
const reasons = byId<HTMLSelectElement>('reasons');
const maxNewTokens = byId<HTMLInputElement>('max-new-tokens');
const settingsSummary = byId('settings-note');
const samples = byId('samples');
const sampleError = byId('sample-error');
const sources = byId('sources');
const reranker = document.querySelector('rank1-rerank') as HTMLElementTagNameMap['rank1-rerank'];

let sample: SampleCollection | null = null;
/** Request counter: drops a sample that arrives after the user has typed or requested another. */
let wantedSample = 0;

function renderPage(model: string): void {
  render(renderDemoPage('allowsServer' in page.dataset, model === DEFAULT_MODEL), page);
}

function applyDocuments(): void {
  reranker.documents = parseDocuments(documents.value, sample?.documents);
  describeDocuments();
}

function describeDocuments(): void {
  const numWords = parseDocuments(documents.value).reduce(
    (sum, { title = '', text }) => sum + `${title} ${text}`.trim().split(/\s+/).length,
    0,
  );
  documentsCount.textContent = documentsNote(reranker.documents.length, numWords);
}

function applySettings(): void {
  reranker.instruction = instruction.value;
  reranker.device = device.value as DevicePreference;
  reranker.reasons = reasons.value as Reasons;
  reranker.maxNewTokens =
    maxNewTokens.valueAsNumber >= 1 ? Math.floor(maxNewTokens.valueAsNumber) : undefined;
  describeSettings();
}

function describeSettings(): void {
  settingsSummary.textContent = settingsNote(
    device.selectedOptions[0]?.text.trim() ?? '',
    instruction.value.trim() !== '',
  );
}

async function showSample(listing: SampleListing): Promise<void> {
  const wanted = ++wantedSample;
  const fetched = await fetchSample(listing);
  if (wanted !== wantedSample) return;
  sample = fetched;
  query.value = reranker.query = sample.query;
  documents.value = formatDocuments(sample.documents);
  applyDocuments();
  render(renderSources(sample), sources);
  for (const button of samples.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.dataset['id'] === listing.id));
  }
}

async function offerSamples(): Promise<void> {
  const listings = await listSamples();
  const buttons = listings.map(
    (listing) =>
      html`<button
        type="button"
        data-id=${listing.id}
        aria-pressed="false"
        @click=${() => attempt(showSample(listing))}
      >
        ${listing.label}
      </button>`,
  );
  render(buttons, samples);
  if (listings[0] && wantedSample === 0) await showSample(listings[0]);
}

function attempt(task: Promise<void>): void {
  sampleError.hidden = true;
  task.catch((error: unknown) => {
    sampleError.textContent = error instanceof Error ? error.message : String(error);
    sampleError.hidden = false;
  });
}

let editPause: ReturnType<typeof setTimeout> | undefined;
for (const text of [query, documents]) text.addEventListener('input', () => (wantedSample += 1));
documents.addEventListener('input', () => {
  clearTimeout(editPause);
  editPause = setTimeout(applyDocuments, EDIT_PAUSE_MS);
});
byId('clear').addEventListener('click', () => {
  wantedSample += 1;
  documents.value = '';
  applyDocuments();
  documents.focus();
});
query.addEventListener('input', () => (reranker.query = query.value));
for (const setting of [instruction, device, reasons, maxNewTokens])
  setting.addEventListener('input', applySettings);
query.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  void reranker.rerank();
});
form.addEventListener('submit', (event) => event.preventDefault());

const comparison = document.querySelector('rank1-comparison') as ComparisonElement;
Object.assign(comparison, { first: reranker, rankings: byId('other-rankings') });

const statsPanel = document.querySelector('rank1-stats-panel') as StatsPanelElement;
reranker.addEventListener('rank1-update', ({ detail }) => (statsPanel.stats = detail.stats));
reranker.addEventListener('rank1-complete', ({ detail }) => (statsPanel.stats = detail.summary.stats));

window.addEventListener(LOCALE_STATUS_EVENT, ({ detail }) => {
  if (detail.status !== 'ready') return;
  renderPage(reranker.model);
  describeDocuments();
  describeSettings();
  if (sample) render(renderSources(sample), sources);
});

/**
 * Uses files handed over by another tab, or the chosen model. If either is gone, says so and falls back to
 * the default model.
 */
async function applyModel(): Promise<void> {
  const chosen = readChosenModel();
  reranker.model = chosen;
  const handed = await receiveModelFiles(new URL(location.href));
  if (handed !== null && handed !== 'gone') {
    reranker.model = handed.name;
    reranker.modelFiles = handed.files;
    return;
  }
  reranker.model = handed === 'gone' ? DEFAULT_MODEL : await findChosenModel();
  if (handed === 'gone') throw new Error(filesGone());
  if (reranker.model !== chosen) throw new Error(modelGone());
}

attempt(applyModel().finally(() => renderPage(reranker.model)));
applySettings();
attempt(offerSamples());
