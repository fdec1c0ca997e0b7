/**
 * The state behind `<rank1-rerank>`: the model, the run and its results. Starts runs on a Reranker and folds their
 * updates; renders nothing. Updates of a replaced run are ignored.
 */
import {
  foldUpdates,
  isFinished,
  startRankedList,
  stopRankedList,
  type RankedItem,
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
import { NO_STATS } from '../protocol/run-defaults.ts';
import { isSameLoad } from '../protocol/same-load.ts';
import { rankedResult, rankedResults, type Rank1EventDetails, type RankedResult } from './events.ts';
import { haveSameTexts, placesOf } from './same-documents.ts';
import { documentName, verdictAnnouncement } from './wording.ts';

/** `waiting`: another element's run is ahead of this one on their shared worker. */
export type RerankPhase = 'idle' | 'waiting' | 'loading' | 'running' | 'complete' | 'aborted' | 'failed';

export interface RunRequest {
  readonly query: string;
  readonly documents: readonly RerankDocument[];
  readonly load: LoadOptions;
  /** the second model, which gives the reasons; empty if there is none */
  readonly explainer: string | Reranker;
  readonly options: RerankOptions;
}

export interface RerankHost {
  requestUpdate(): void;
  /** Called when a run starts, so that nothing is created before it is needed. */
  acquireReranker(load: LoadOptions): Reranker;
  /** The second model; undefined if the request has none. */
  acquireExplainer(request: RunRequest): Reranker | undefined;
  /** The servers of what was acquired; null if there is none. */
  readonly remoteHost: string | null;
  emit<Type extends keyof Rank1EventDetails>(type: Type, detail: Rank1EventDetails[Type]): void;
}

/** One line for the live region; ids distinguish repeated sentences. */
export interface Announcement {
  readonly id: number;
  readonly text: string;
}

const MAX_ANNOUNCEMENTS = 40;

export class RerankController {
  phase: RerankPhase = 'idle';
  /** The run is paused, or will be once it begins. */
  paused = false;
  /** State of the run as a whole; null before the first report. */
  runState: RunState | null = null;
  loadProgress: LoadProgress | null = null;
  model: LoadedModel | null = null;
  stats: RunStats | null = null;
  error: Error | null = null;
  /** What the list's verdicts were asked for; null while it holds none of any run. */
  asked: RunRequest | null = null;
  /** Where the last run's texts were sent; null if they stayed on this device. */
  remoteHost: string | null = null;
  documents: readonly RerankDocument[] = [];
  list: RankedList = startRankedList(0, 0);
  announcements: readonly Announcement[] = [];

  #numRuns = 0;
  /** The Reranker executing our run; null while it waits for other runs. */
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

  /** The question of the list's verdicts; empty while it holds none of any run. */
  get query(): string {
    return this.asked?.query ?? '';
  }

  get results(): RankedResult[] {
    return rankedResults(this.list, this.documents);
  }

  /** Whether the ranking is complete, and of this request. */
  isRankingOf({ query, documents, load, explainer, options }: RunRequest): boolean {
    const { asked } = this;
    return (
      asked !== null &&
      this.phase === 'complete' &&
      query === asked.query &&
      haveSameTexts(documents, this.documents) &&
      isSameLoad(load, asked.load) &&
      explainer === asked.explainer &&
      JSON.stringify(options) === JSON.stringify(asked.options)
    );
  }

  /** Shows `documents` as queued; aborts a run in progress and clears earlier results. */
  reset(documents: readonly RerankDocument[]): void {
    if (!this.#replace()) return;
    this.#begin(null, documents);
    this.#enter('idle');
  }

  /**
   * Shows another list. If titles and texts are the same, nothing changes and a run continues. Otherwise a run in
   * progress is aborted, and documents that stay keep their verdicts.
   * @param query of the element; if it differs from the last run's, no verdict is kept
   */
  show(documents: readonly RerankDocument[], query: string): void {
    if (haveSameTexts(documents, this.documents)) {
      this.documents = documents; // ids and metadata may differ
      return;
    }
    if (query !== this.query) return this.reset(documents);
    if (!this.#replace()) return;
    const known = new Map<number, RankedItem>();
    placesOf(documents, this.documents).forEach((place, index) => {
      const item = place === undefined ? undefined : this.list.items[place];
      if (item && isFinished(item) && item.state !== 'stopped') known.set(index, item);
    });
    const { phase } = this;
    this.#begin(this.asked, documents, known);
    this.#enter(phase === 'complete' && known.size === documents.length ? phase : 'idle');
  }

  /** Resolves with null when the run failed or was replaced; the reason is in `error` and in the event. */
  async run(request: RunRequest): Promise<RunSummary | null> {
    if (!this.#replace()) return null;
    const runId = this.#begin(request, request.documents);
    const isCurrent = (): boolean => runId === this.#numRuns;
    const { signal } = (this.#abortController = new AbortController());
    try {
      const reranker = this.#host.acquireReranker(request.load);
      const explainer = this.#host.acquireExplainer(request);
      this.remoteHost = this.#host.remoteHost;
      this.#enter(reranker.busy ? 'waiting' : 'loading');
      const { query, documents, options } = request;
      const { stats } = await reranker.rerank({
        query,
        documents,
        ...options,
        explainer,
        signal,
        onLoadProgress: (progress) => this.#progress(progress),
        onUpdate: (updates, stats) => this.#fold(runId, updates, stats),
        onState: (state) => this.#onState(state, reranker),
      });
      return isCurrent() ? this.#finish(stats) : null;
    } catch (error) {
      if (!isCurrent()) return null;
      if (signal.aborted) return this.#stop();
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return null;
    } finally {
      if (isCurrent()) this.#reranker = null;
    }
  }

  /** Pauses the run after the step in flight, or before its first; does nothing when nothing runs. */
  pause(): void {
    if (!this.busy || this.paused) return;
    this.#setPaused(true);
    this.#host.requestUpdate();
    this.#host.emit('rank1-pause', {});
  }

  /** Resumes a paused run where it was. */
  resume(): void {
    if (!this.paused) return;
    this.#setPaused(false);
    this.#host.requestUpdate();
    this.#host.emit('rank1-resume', {});
  }

  /** Ends the run; decided documents are kept. Does nothing when nothing runs. */
  abort(): void {
    if (!this.busy) return;
    this.#setPaused(false);
    this.#host.requestUpdate();
    this.#abortController?.abort();
  }

  /** Other elements may use the Reranker: each undoes its own pause, at the latest when its run ends. */
  #setPaused(paused: boolean): void {
    this.paused = paused;
    if (paused) this.#reranker?.pause(this);
    else this.#reranker?.resume(this);
  }

  /**
   * Reports the end of a replaced run now: its later updates are ignored. False if a listener then starts a run: it is
   * the last that was asked for, and nothing may take its place.
   */
  #replace(): boolean {
    if (this.busy) {
      this.abort();
      this.#stop();
    }
    return !this.busy;
  }

  #begin(
    asked: RunRequest | null,
    documents: readonly RerankDocument[],
    known?: ReadonlyMap<number, RankedItem>,
  ): number {
    this.#numRuns += 1;
    this.paused = false;
    this.#reranker = null;
    this.asked = asked;
    this.documents = documents;
    this.list = startRankedList(this.#numRuns, documents.length, known);
    this.stats = null;
    this.error = null;
    this.loadProgress = null;
    this.runState = null;
    this.announcements = [];
    return this.#numRuns;
  }

  #enter(phase: RerankPhase): void {
    this.phase = phase;
    if (!this.busy) this.#setPaused(false);
    this.#host.requestUpdate();
  }

  #onState(state: RunState, reranker: Reranker): void {
    this.runState = state;
    if (state.type === 'running' && this.#reranker === null) {
      this.#reranker = reranker;
      if (this.paused) reranker.pause(this);
    }
    if (state.type === 'running' && !state.explains) this.model = state.model;
    this.#enter(state.type === 'running' ? 'running' : this.phase);
    this.#host.emit('rank1-state', state);
  }

  #progress(progress: LoadProgress): void {
    this.loadProgress = progress;
    if (this.runState?.type === 'waiting') this.runState = null; // only who has the device loads
    this.#enter('loading');
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
    if (indexes.length > 0) this.#reportVerdicts(runId, indexes);
  }

  #reportVerdicts(runId: number, indexes: readonly number[]): void {
    const numFinished = this.list.items.filter(isFinished).length;
    const inOrder = indexes
      .map((index) => ({ index, place: this.list.order.indexOf(index) }))
      .sort((a, b) => a.place - b.place);
    for (const { index: judged, place } of inOrder) {
      if (runId !== this.#numRuns) return; // a listener has started another run
      const result = rankedResult(this.list, this.documents, judged, place);
      if (!result) continue;
      const { verdict, document, index } = result;
      if (verdict)
        this.#announce(
          verdictAnnouncement(documentName(document, index), verdict, numFinished, this.documents.length),
        );
      this.#host.emit('rank1-verdict', result);
    }
  }

  #announce(text: string): void {
    this.#numAnnouncements += 1;
    const announcement = { id: this.#numAnnouncements, text };
    this.announcements = [...this.announcements, announcement].slice(-MAX_ANNOUNCEMENTS);
  }

  #finish(stats: RunStats): RunSummary {
    this.stats = stats;
    this.#enter('complete');
    const summary = this.#summary(false);
    this.#host.emit('rank1-complete', { summary, results: this.results });
    return summary;
  }

  #summary(aborted: boolean): RunSummary {
    const { items } = this.list;
    const numFinished = items.filter((item) => isFinished(item) && item.state !== 'stopped').length;
    return { numDocuments: items.length, numFinished, aborted, stats: this.stats ?? NO_STATS };
  }

  #stop(): RunSummary {
    this.#stopUnfinished();
    this.#enter('aborted');
    const summary = this.#summary(true);
    this.#host.emit('rank1-abort', { results: this.results });
    return summary;
  }

  #fail(error: Error): void {
    this.#stopUnfinished();
    this.error = error;
    this.#enter('failed');
    this.#host.emit('rank1-error', { error });
  }

  /** Unless no document was begun: then all stay queued. */
  #stopUnfinished(): void {
    if (this.list.items.some(({ state }) => state !== 'queued')) this.list = stopRankedList(this.list);
  }
}
