/** Every sentence that depends on numbers or states, as pure functions, in the page's language. */
import { msg, str } from '@lit/localize';
import { isFinished, isRanked, type RankedItem, type RankedList } from '../client/ranked-list.ts';
import type { RunState } from '../client/run-state.ts';
import { isRank1Error } from '../base/errors.ts';
import { boundSign, formatScore } from '../export/ranking-report.ts';
import type { ExportFormat } from '../export/export-formats.ts';
import type { Device, LoadProgress, RerankDocument, RunStats, Verdict } from '../protocol/rerank-api.ts';
import { msLeft, tokensPerSecond } from './run-progress.ts';

export {
  formatLogitDifference,
  formatScore,
  logitDifferenceText,
  scoreText,
} from '../export/ranking-report.ts';

/** Display name of a document: its title, else its id, else its place in the input. */
export function documentName(document: RerankDocument, index: number): string {
  return document.title?.trim() || document.id?.trim() || msg(str`Document ${index + 1}`);
}

function formatCount(count: number): string {
  return count.toLocaleString('en');
}

export function tokenCount(count: number): string {
  return count === 1 ? msg('1 token') : msg(str`${formatCount(count)} tokens`);
}

/** Label of the button that starts a run. */
export function rankLabel(numDocuments: number): string {
  return numDocuments === 1 ? msg('Rank 1 document') : msg(str`Rank ${formatCount(numDocuments)} documents`);
}

export function verdictLabel(verdict: Verdict): string {
  return verdict.label === 'true' ? msg('Relevant') : msg('Not relevant');
}

/** Why there is no verdict yet, or none at all; null if the row already shows it. */
export function stateNote(item: RankedItem, running: boolean): string | null {
  const { state, finishReason } = item;
  if (state === 'failed')
    return finishReason === 'failed' ? msg('The model failed on this document, twice') : tooLongNote(item);
  if (state === 'stopped') return msg('Stopped before a verdict');
  return state === 'queued' && running ? msg('Waiting') : null;
}

function tooLongNote({ numPromptTokens, maxTokens }: RankedItem): string {
  if (numPromptTokens === 0 || maxTokens === undefined) return msg('Too long for this model to judge');
  const [prompt, most] = [formatCount(numPromptTokens), formatCount(maxTokens)];
  return msg(
    str`Too long for this model to judge: a prompt of ${prompt} tokens; with its answer it may have ${most}`,
  );
}

/** Short caveats about a verdict. @param mixed whether only some verdicts of the list come from reasoning */
export function badges({ verdict, finishReason, truncated }: RankedItem, mixed: boolean): string[] {
  const all: string[] = [];
  if (mixed && verdict?.instant) all.push(msg('Without reasoning'));
  if (finishReason === 'loop') all.push(msg('Repeated itself'));
  if (verdict?.forced) all.push(msg('Forced'));
  if (truncated) all.push(msg('Shortened'));
  return all;
}

/** Facts shown below a chain. */
export function figures({ verdict, finishReason, truncated, numPromptTokens }: RankedItem): string[] {
  if (!verdict) return [];
  const all: string[] = [];
  if (numPromptTokens > 0) all.push(msg(str`${tokenCount(numPromptTokens)} read`));
  if (finishReason === 'loop') all.push(msg('asked to decide because it was repeating itself'));
  else if (verdict.forced) all.push(msg('asked to decide before it had finished'));
  if (truncated) all.push(msg('passage shortened to fit'));
  return all;
}

/** Caption of the passage that decided; null if the document was judged whole. */
export function passageNote({ passage }: RankedItem): string | null {
  return passage && passage.numPassages > 1 ? msg(str`Best of ${passage.numPassages} passages`) : null;
}

/** Live-region text when a verdict arrives. */
export function verdictAnnouncement(
  name: string,
  verdict: Verdict,
  numDecided: number,
  numDocuments: number,
): string {
  const score = boundSign(verdict) + verdict.score.toFixed(2);
  return verdict.label === 'true'
    ? msg(str`${name}: relevant, score ${score}. ${numDecided} of ${numDocuments}.`)
    : msg(str`${name}: not relevant, score ${score}. ${numDecided} of ${numDocuments}.`);
}

export function loadingStatus(progress: LoadProgress | null): string {
  if (progress?.stage === 'warm-up') return msg('Warming up the model');
  if (progress && progress.stage !== 'download' && isDownloaded(progress)) return msg('Preparing the model');
  if (!progress || progress.loadedBytes === 0) return msg('Loading the model');
  const loaded = megabytes(progress.loadedBytes);
  if (progress.totalBytes === 0) return msg(str`Loading the model: ${loaded} MB`);
  return msg(str`Loading the model: ${loaded} of ${megabytes(progress.totalBytes)} MB`);
}

export function isDownloaded({ loadedBytes, totalBytes }: LoadProgress): boolean {
  return totalBytes > 0 && loadedBytes >= totalBytes;
}

/** "5 of 14 judged · 310 tokens/s · about 4 s left"; omits figures that cannot be estimated yet. */
export function runningStatus(list: RankedList, stats: RunStats | null): string {
  const numFinished = list.items.filter(isFinished).length;
  if (!list.items.some(({ state }) => state !== 'queued' && state !== 'reading'))
    return msg('Reading the first documents');
  const parts = [judgedStatus(numFinished, list.items.length)];
  const speed = stats && tokensPerSecond(stats);
  if (speed !== null) parts.push(msg(str`${formatCount(Math.round(speed))} tokens/s`));
  const left = stats && numFinished < list.items.length ? msLeft(list.items, stats) : null;
  if (left !== null) parts.push(msg(str`about ${formatSeconds(Math.ceil(left / 1000) * 1000)} left`));
  return parts.join(' · ');
}

/** Why a run is stalled without the user having paused it; null if it is not. */
export function interruptionText(state: RunState | null): string | null {
  if (state?.type === 'waiting') return msg('Waiting for another page that uses the model');
  if (state?.type === 'paused' && state.by === 'page') return msg('Paused while the page is hidden');
  if (state?.type === 'recovering') return msg('Something failed. Going on with what is not judged yet');
  return null;
}

/** "5 of 14 judged" */
export function judgedStatus(numJudged: number, numDocuments: number): string {
  return msg(str`${formatCount(numJudged)} of ${formatCount(numDocuments)} judged`);
}

/** "3 of 14 relevant · 8.2 s · 1,204 tokens"; `numRelevant` uses the current threshold */
export function completeStatus(items: readonly RankedItem[], stats: RunStats, numRelevant: number): string {
  const relevant = relevantStatus(items, numRelevant);
  return [relevant, formatSeconds(stats.elapsedMs), tokenCount(stats.numDecodeTokens)].join(' · ');
}

function relevantStatus(items: readonly RankedItem[], numRelevant: number): string {
  if (!items.some(isRanked)) return msg('No document could be judged');
  if (numRelevant === 0) return msg('Nothing is relevant');
  return msg(str`${formatCount(numRelevant)} of ${formatCount(items.length)} relevant`);
}

/** Suggestions when nothing is relevant. */
export function nothingText(threshold: number, bestScore: number): string {
  const [least, best] = [formatScore(threshold), formatScore(bestScore)];
  return msg(
    str`No document reaches a score of ${least}; the best has ${best}. Ask in another way, or lower the threshold.`,
  );
}

/** Validation message of a form that cannot be submitted yet. */
export function requiredText(): string {
  return msg('Rank the documents first.');
}

/** "3 of 14 pass", and how many of these count if not all do */
export function countAtThreshold(numPassing: number, numJudged: number, numSelected: number): string {
  const [passing, judged] = [formatCount(numPassing), formatCount(numJudged)];
  if (numSelected === numPassing) return msg(str`${passing} of ${judged} pass`);
  return numSelected === 1
    ? msg(str`${passing} of ${judged} pass; only the first counts`)
    : msg(str`${passing} of ${judged} pass; only the first ${formatCount(numSelected)} count`);
}

export function exportFormatLabel(format: ExportFormat): string {
  switch (format) {
    case 'json':
      return 'JSON';
    case 'jsonl':
      return msg('JSON lines, with reasoning');
    case 'csv':
      return msg('CSV, for spreadsheets');
    case 'trec':
      return msg('TREC run');
    case 'markdown':
      return msg('Markdown report');
    case 'html':
      return msg('Page to print (HTML)');
  }
}

/** A translated sentence for the error's code, since the error's own is in English; null for other errors. */
export function faultText(error: Error): string | null {
  if (!isRank1Error(error)) return null;
  switch (error.code) {
    case 'model-not-found':
      return msg('There is no model at that address. Check the address and the files of the folder.');
    case 'model-corrupt':
    case 'invalid-file':
      return msg('A file of the model is damaged. Download or convert the model again.');
    case 'model-unsupported':
    case 'tokenizer-unsupported':
      return msg('This kind of model cannot be run here. Choose another one.');
    case 'option-unsupported':
      return msg(
        'The model cannot do what one of the options asks for. Change the options, or choose another model.',
      );
    case 'network':
      return msg('The network failed. Check the connection, then try again.');
    case 'access-denied':
      return msg('The server refused access. Check the key and its rights.');
    case 'device-unavailable':
      return msg('The device that was asked for is not to be had here. Choose another one.');
    case 'device-lost':
      return msg('The graphics device was lost. Try again, or choose the CPU.');
    case 'out-of-memory':
      return msg('Memory ran out. Close other tabs, or choose a smaller model.');
    case 'storage':
      return msg('The storage of the browser failed. Free some space, or load the model again.');
    case 'worker-failed':
      return msg('The worker of the page stopped. Try again.');
    default:
      return msg('The model failed while it ran. Try again.');
  }
}

/** Value text of the threshold slider for screen readers. */
export function thresholdText(threshold: number): string {
  return msg(str`score of at least ${formatScore(threshold)}`);
}

export function deviceLabel(device: Device | 'remote'): string {
  if (device === 'remote') return msg('Remote');
  return device === 'webgpu' ? 'WebGPU' : 'CPU';
}

function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  if (seconds >= 90) return msg(str`${Math.round(seconds / 60)} min`);
  const rounded = seconds >= 10 ? Math.round(seconds) : Math.max(0.1, Math.round(10 * seconds) / 10);
  return msg(str`${rounded} s`);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
