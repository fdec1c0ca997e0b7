/**
 * The state behind `<rank1-rerank>`: what is loaded, what runs, what has been decided. It starts runs on a Reranker and
 * folds what comes back; it renders nothing. A run that was replaced has no effect any more, whatever arrives from it.
 */
import {
  foldUpdates,
  isFinished,
  startRankedList,
  stopRankedList,
  type RankedList,
} from '../client/ranked-list.ts';
import type { Reranker } from '../client/reranker.ts';
import type { RunState } from '../client/run-state.ts';
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankDocument,
  RerankOptions,
  RerankUpdate,
  RunStats,
  RunSummary,
} from '../protocol/rerank-api.ts';
import { rankedResults, type Rank1EventDetails, type RankedResult } from './events.ts';
import { documentName, verdictAnnouncement } from './wording.ts';

/** `waiting`: another element's run goes first on the worker they share. */
export type RerankPhase = 'idle' | 'waiting' | 'loading' | 'running' | 'complete' | 'aborted' | 'failed';

export interface RunRequest {
  readonly query: string;
  readonly documents: readonly RerankDocument[];
  readonly load: LoadOptions;
  readonly options: RerankOptions;
}

export interface RerankHost {
  requestUpdate(): void;
  /** Called when a run starts, so that nothing is created before it is needed. */
  acquireReranker(load: LoadOptions): Reranker;
  emit<Type extends keyof Rank1EventDetails>(type: Type, detail: Rank1EventDetails[Type]): void;
}

/** One line for the live region; ids make repeated sentences distinct. */
export interface Announcement {
  readonly id: number;
  readonly text: string;
}

const MAX_ANNOUNCEMENTS = 40;

export class RerankController {
  phase: RerankPhase = 'idle';
  /** An abort was asked for; the step in flight is still being finished. */
  stopping = false;
  /** The run is held, or will be once it begins. */
  paused = false;
  /** What the run as a whole is doing; null before it has said so. */
  runState: RunState | null = null;
  loadProgress: LoadProgress | null = null;
  model: LoadedModel | null = null;
  stats: RunStats | null = null;
  error: Error | null = null;
  /** What the list below is about: the query and documents of the last run, or the documents waiting for one. */
  query = '';
  documents: readonly RerankDocument[] = [];
  list: RankedList = startRankedList(0, 0);
  announcements: readonly Announcement[] = [];

  #numRuns = 0;
  /** Where our run is; null while others have their turn. */
  #reranker: Reranker | null = null;
  #abortController: AbortController | null = null;
  #numAnnouncements = 0;

  readonly #host: RerankHost;

  constructor(host: RerankHost) {
    this.#host = host;
  }

  get busy(): boolean {
    return this.phase === 'waiting' || this.phase === 'loading' || this.phase === 'running';
  }

  get results(): RankedResult[] {
    return rankedResults(this.list, this.documents);
  }

  /** Shows `documents` as waiting; a run in progress is aborted, results of an earlier one go. */
  reset(documents: readonly RerankDocument[]): void {
    this.#replace();
    this.#begin('', documents);
    this.#enter('idle');
  }

  /** Resolves with null when the run failed or was replaced; the reason is in `error` and in the event. */
  async run(request: RunRequest): Promise<RunSummary | null> {
    this.#replace();
    const runId = this.#begin(request.query, request.documents);
    const isCurrent = (): boolean => runId === this.#numRuns;
    const { signal } = (this.#abortController = new AbortController());
    const onState = (state: RunState): void => {
      if (isCurrent()) this.#tellState(state);
    };
    let endTurn: (() => void) | null = null;
    try {
      const reranker = this.#host.acquireReranker(request.load);
      this.#enter(reranker.turns.length > 0 ? 'waiting' : 'loading');
      endTurn = await reranker.turns.take(signal);
      if (!isCurrent()) return null;
      this.#reranker = reranker;
      this.#enter('loading');
      const model = await reranker.load(request.load, {
        signal,
        onProgress: (progress) => isCurrent() && this.#progress(progress),
        onState,
      });
      if (!isCurrent()) return null;
      this.model = model;
      if (this.paused) reranker.pause();
      this.#enter('running');
      const { query, documents, options } = request;
      const onUpdate = (updates: RerankUpdate[], stats: RunStats): void => {
        if (isCurrent()) this.#fold(runId, updates, stats);
      };
      const summary = await reranker.rerank({ query, documents, options, signal, onUpdate, onState });
      if (!isCurrent()) return null;
      this.#finish(summary);
      return summary;
    } catch (error) {
      if (!isCurrent()) return null;
      if (signal.aborted) this.#stop();
      else this.#fail(error instanceof Error ? error : new Error(String(error)));
      return null;
    } finally {
      if (isCurrent()) this.#reranker = null;
      endTurn?.();
    }
  }

  /** Holds the run after the step in flight, or before its first; does nothing when nothing runs. */
  pause(): void {
    if (!this.busy || this.paused || this.stopping) return;
    this.paused = true;
    if (this.phase === 'running') this.#reranker?.pause();
    this.#host.requestUpdate();
    this.#host.emit('rank1-pause', {});
  }

  /** Lets a held run go on where it was. */
  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.phase === 'running') this.#reranker?.resume();
    this.#host.requestUpdate();
    this.#host.emit('rank1-resume', {});
  }

  /** Stops loading at once, or the run after the step in flight; does nothing when nothing runs. */
  abort(): void {
    if (!this.busy || this.stopping) return;
    this.stopping = true;
    this.paused = false;
    this.#host.requestUpdate();
    this.#abortController?.abort();
  }

  /** A run that gives way to another tells of its end now: what comes from it later is not listened to. */
  #replace(): void {
    if (!this.busy) return;
    this.abort();
    this.#stop();
  }

  #begin(query: string, documents: readonly RerankDocument[]): number {
    this.#numRuns += 1;
    this.stopping = false;
    this.paused = false;
    this.#reranker = null;
    this.query = query;
    this.documents = documents;
    this.list = startRankedList(this.#numRuns, documents.length);
    this.stats = null;
    this.error = null;
    this.loadProgress = null;
    this.runState = null;
    this.announcements = [];
    return this.#numRuns;
  }

  #enter(phase: RerankPhase): void {
    this.phase = phase;
    if (!this.busy) this.paused = false;
    this.#host.requestUpdate();
  }

  #tellState(state: RunState): void {
    this.runState = state;
    this.#host.requestUpdate();
    this.#host.emit('rank1-state', state);
  }

  #progress(progress: LoadProgress): void {
    this.loadProgress = progress;
    this.#host.requestUpdate();
    this.#host.emit('rank1-load-progress', progress);
  }

  #fold(runId: number, updates: RerankUpdate[], stats: RunStats): void {
    this.list = foldUpdates(this.list, runId, updates);
    this.stats = stats;
    this.#host.requestUpdate();
    this.#host.emit('rank1-update', { updates, stats, ranking: this.list });
    const indexes = updates.flatMap((update) =>
      update.type === 'finished' && update.verdict ? [update.index] : [],
    );
    if (indexes.length > 0) this.#reportVerdicts(indexes);
  }

  #reportVerdicts(indexes: readonly number[]): void {
    const numFinished = this.list.items.filter(isFinished).length;
    for (const result of this.results.filter(({ index }) => indexes.includes(index))) {
      this.#host.emit('rank1-verdict', result);
      const { verdict, document, index } = result;
      if (verdict)
        this.#announce(
          verdictAnnouncement(documentName(document, index), verdict, numFinished, this.documents.length),
        );
    }
  }

  #announce(text: string): void {
    this.#numAnnouncements += 1;
    const announcement = { id: this.#numAnnouncements, text };
    this.announcements = [...this.announcements, announcement].slice(-MAX_ANNOUNCEMENTS);
  }

  #finish(summary: RunSummary): void {
    this.stats = summary.stats;
    if (summary.aborted) return this.#stop();
    this.#enter('complete');
    this.#host.emit('rank1-complete', { summary, results: this.results });
  }

  #stop(): void {
    this.#stopUnfinished();
    this.#enter('aborted');
    this.#host.emit('rank1-abort', { results: this.results });
  }

  #fail(error: Error): void {
    this.#stopUnfinished();
    this.error = error;
    this.#enter('failed');
    this.#host.emit('rank1-error', { error });
  }

  /** Where no document was begun, none was stopped: they go on waiting. */
  #stopUnfinished(): void {
    if (this.list.items.some(({ state }) => state !== 'queued')) this.list = stopRankedList(this.list);
  }
}
