/** Every sentence that depends on numbers or states, in one place, as pure functions. */
import { isFinished, type RankedItem, type RankedList } from '../client/ranked-list.ts';
import type { Device, LoadProgress, RerankDocument, RunStats, Verdict } from '../protocol/rerank-api.ts';
import { msLeft, tokensPerSecond } from './run-progress.ts';

/** What a document is called: its title, else its id, else its place in the input. */
export function documentName(document: RerankDocument, index: number): string {
  return document.title?.trim() || document.id?.trim() || `Document ${index + 1}`;
}

export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

export function verdictLabel(verdict: Verdict): string {
  return verdict.label === 'true' ? 'Relevant' : 'Not relevant';
}

/** Three digits, and never a rounded 0 or 1, which would claim a certainty that is not there. */
export function formatScore(score: number): string {
  return Math.min(0.999, Math.max(0.001, score)).toFixed(3);
}

export function formatLogitDifference(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(2)}`;
}

/** What is said aloud when a verdict lands. */
export function verdictAnnouncement(
  name: string,
  verdict: Verdict,
  numDecided: number,
  numDocuments: number,
): string {
  return `${name}: ${verdictLabel(verdict).toLowerCase()}, score ${verdict.score.toFixed(2)}. ${numDecided} of ${numDocuments}.`;
}

export function loadingStatus(progress: LoadProgress | null): string {
  if (progress?.stage === 'session') return 'Preparing the model';
  if (progress?.stage === 'warm-up') return 'Warming up the model';
  if (!progress || progress.loadedBytes === 0) return 'Loading the model';
  const total = progress.totalBytes > 0 ? ` of ${megabytes(progress.totalBytes)}` : '';
  return `Loading the model: ${megabytes(progress.loadedBytes)}${total} MB`;
}

/** "5 of 14 judged · 310 tokens/s · about 4 s left"; figures are left out while they would be guesses. */
export function runningStatus(list: RankedList, stats: RunStats | null): string {
  const numFinished = list.items.filter(isFinished).length;
  if (!list.items.some(({ state }) => state !== 'queued' && state !== 'reading'))
    return 'Reading the first documents';
  const parts = [`${numFinished} of ${list.items.length} judged`];
  const speed = stats && tokensPerSecond(stats);
  if (speed !== null) parts.push(`${Math.round(speed).toLocaleString('en')} tokens/s`);
  const left = stats && numFinished < list.items.length ? msLeft(list.items, stats) : null;
  if (left !== null) parts.push(`about ${formatSeconds(Math.ceil(left / 1000) * 1000)} left`);
  return parts.join(' · ');
}

/** "3 of 14 relevant · 8.2 s · 1,204 tokens" */
export function completeStatus(items: readonly RankedItem[], stats: RunStats): string {
  const numRelevant = items.filter((item) => item.verdict?.label === 'true').length;
  const relevant = numRelevant === 0 ? 'Nothing is relevant' : `${numRelevant} of ${items.length} relevant`;
  return [relevant, formatSeconds(stats.elapsedMs), countOf(stats.numDecodeTokens, 'token')].join(' · ');
}

export function deviceLabel(device: Device): string {
  return device === 'webgpu' ? 'WebGPU' : 'CPU';
}

function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  if (seconds >= 90) return `${Math.round(seconds / 60)} min`;
  const rounded = seconds >= 10 ? Math.round(seconds) : Math.max(0.1, Math.round(10 * seconds) / 10);
  return `${rounded} s`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
