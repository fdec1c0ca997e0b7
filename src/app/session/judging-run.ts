/**
 * Judges a shortlist for one question. Known verdicts come from the store, the model judges the rest, and
 * each verdict is stored as it arrives, so that an interrupted run loses only undecided passages.
 */
import {
  foldUpdates,
  isFinished,
  startRankedList,
  stopRankedList,
  type RankedItem,
  type RankedList,
} from '../../client/ranked-list.ts';
import type { Reranker } from '../../client/reranker.ts';
import type {
  FinishedUpdate,
  LoadedModel,
  LoadProgress,
  RerankOptions,
  RerankUpdate,
  RunStats,
} from '../../protocol/rerank-api.ts';
import { identifyModel, judgementKey, runKey, type ModelIdentity } from './judgement-key.ts';
import type { Passage } from './passage-table.ts';
import type { SessionStore } from './session-store.ts';
import type { Judgement, Question } from './session-types.ts';

export type JudgingPhase = 'idle' | 'loading' | 'running' | 'complete' | 'stopped' | 'failed';

export interface JudgingSurroundings {
  readonly store: SessionStore;
  readonly reranker: Reranker;
  /** model folder, absolute, with trailing slash */
  readonly modelUrl: string;
  /** for models without a folder */
  readonly identity?: ModelIdentity;
}

type JudgedUpdate = FinishedUpdate & Pick<Judgement, 'finishReason'>;

/** Fires `change` when displayed state changes, and `verdict` when something was stored. */
export class JudgingRun extends EventTarget {
  phase: JudgingPhase = 'idle';
  list: RankedList;
  /** verdicts found in the store */
  numKnown = 0;
  loadProgress: LoadProgress | null = null;
  model: LoadedModel | null = null;
  stats: RunStats | null = null;
  error: Error | null = null;
  /** most recently judged passage */
  latest: RankedItem | null = null;
  #revision = '';
  /** Null until the model's version is known. */
  #runKey: Promise<string> | null = null;
  #abort = new AbortController();
  /** model updates since the last frame */
  #waiting: RerankUpdate[] = [];
  #stored: Promise<void> = Promise.resolve();

  readonly question: Question;
  readonly passages: readonly Passage[];
  readonly #surroundings: JudgingSurroundings;
  dtype: string | null;

  /**
   * @param passages the shortlist; list indexes refer to it
   * @param dtype of the model that judged last; null if none did
   */
  constructor(
    question: Question,
    passages: readonly Passage[],
    surroundings: JudgingSurroundings,
    dtype: string | null = null,
  ) {
    super();
    this.question = question;
    this.passages = passages;
    this.#surroundings = surroundings;
    this.dtype = dtype;

    this.list = startRankedList(1, passages.length);
  }

  get busy(): boolean {
    return this.phase === 'loading' || this.phase === 'running';
  }

  /** Last path segment of the model's URL, or the judging server. */
  get modelName(): string {
    const { remoteHost } = this.#surroundings.reranker;
    if (remoteHost !== null) return remoteHost;
    return this.#surroundings.modelUrl.replace(/\/$/, '').split(/[/:]/).at(-1) ?? '';
  }

  get numJudged(): number {
    return this.list.items.filter(isFinished).length;
  }

  get numWithVerdict(): number {
    return this.list.items.filter(({ verdict }) => verdict !== null).length;
  }

  /** Adds stored verdicts, if the model's version is known. @throws Rank1Error */
  async recall(): Promise<void> {
    const { modelUrl, identity } = this.#surroundings;
    const { revision, dtypes } = identity ?? (await identifyModel(modelUrl));
    this.#revision = revision;
    const [only] = dtypes.length === 1 ? dtypes : [];
    const dtype = this.dtype !== null && dtypes.includes(this.dtype) ? this.dtype : (only ?? null);
    if (dtype !== null) await this.#recallFor(dtype);
  }

  /** Judges what is not known yet. Resolves when the run ends; see `phase` and `error` for the reason. */
  async judge(): Promise<void> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.error = null;
    this.#enter('loading');
    try {
      if (!this.#runKey) await this.recall();
      if (this.#missing.length > 0) await this.#judgeMissing(signal);
      else this.#enter('complete');
    } catch (error) {
      this.#stop();
      if (signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
      this.#enter('failed');
    } finally {
      await this.#stored;
    }
  }

  /** Ends the run after the current step; decided passages are kept. */
  stop(): void {
    this.#abort.abort();
  }

  /** Indexes still to be judged. */
  get #missing(): number[] {
    const missing = this.list.items.filter((item) => !isFinished(item) || item.state === 'stopped');
    return missing.map(({ index }) => index);
  }

  async #recallFor(dtype: string): Promise<void> {
    const key = await this.#useDtype(dtype);
    const known = await this.#surroundings.store.getJudgements(
      this.passages.map(({ hash }) => judgementKey(key, hash)),
    );
    const updates = known.flatMap((judgement, index) =>
      judgement ? [finishedUpdate(judgement, index)] : [],
    );
    this.numKnown = updates.length;
    const fresh = startRankedList(this.list.runId, this.passages.length);
    this.list = foldUpdates(fresh, fresh.runId, updates);
    if (!this.busy && this.passages.length > 0 && updates.length === this.passages.length)
      this.phase = 'complete';
    this.#changed();
  }

  #useDtype(dtype: string): Promise<string> {
    this.dtype = dtype;
    return (this.#runKey = runKey(this.#revision, dtype, this.question));
  }

  async #judgeMissing(signal: AbortSignal): Promise<void> {
    const { reranker } = this.#surroundings;
    this.model = await reranker.load({ signal, onProgress: (progress) => this.#progress(progress) });
    if (this.model.dtype !== this.dtype || !this.#runKey) await this.#recallFor(this.model.dtype);
    const missing = this.#missing;
    if (missing.length === 0) return this.#enter('complete');
    this.#restart(missing);
    this.#enter('running');
    await reranker.rerank({
      query: this.question.query,
      documents: missing.map((index) => this.passages[index]?.text ?? ''),
      ...rerankOptions(this.question),
      signal,
      onState: (state) => {
        // After a fault the run may continue on the CPU with another version of the model.
        if (state.type === 'running' && state.model.dtype !== this.dtype)
          void this.#useDtype(state.model.dtype);
      },
      onUpdate: (updates, stats) =>
        this.#fold(
          updates.map((update) => ({ ...update, index: missing[update.index] ?? -1 })),
          stats,
        ),
    });
    this.#foldWaiting();
    this.#enter('complete');
  }

  /** Passages that were stopped are waiting again. */
  #restart(missing: readonly number[]): void {
    const fresh = startRankedList(this.list.runId, this.passages.length);
    const kept = new Set(missing);
    const items = this.list.items.map((item, index) =>
      kept.has(index) ? (fresh.items[index] ?? item) : item,
    );
    this.list = { ...this.list, items };
  }

  #fold(updates: readonly RerankUpdate[], stats: RunStats): void {
    this.stats = stats;
    const finished = updates.filter(isJudged);
    if (finished.length > 0) {
      const key = this.#runKey;
      this.#stored = this.#stored.then(() => this.#keep(finished, key));
    }
    for (const update of updates) this.#waiting.push(update);
    // The model may take many steps per frame; only the last is visible.
    if (document.hidden) this.#foldWaiting();
    else if (this.#waiting.length === updates.length) requestAnimationFrame(() => this.#foldWaiting());
  }

  #foldWaiting(): void {
    if (this.#waiting.length === 0) return;
    const updates = this.#waiting.splice(0);
    this.list = foldUpdates(this.list, this.list.runId, updates);
    const last = updates.findLast(isJudged);
    if (last) this.latest = this.list.items[last.index] ?? null;
    this.#changed();
  }

  /** Never rejects: verdicts that cannot be stored are still shown. */
  async #keep(finished: readonly JudgedUpdate[], runKey: Promise<string> | null): Promise<void> {
    try {
      const key = (await runKey) ?? '';
      await this.#surroundings.store.putJudgements(finished.map((update) => this.#judgement(update, key)));
      this.dispatchEvent(new Event('verdict'));
    } catch (error) {
      this.error = error as Error;
      this.#changed();
    }
  }

  #judgement(update: JudgedUpdate, runKey: string): Judgement {
    const { type: _type, index, passage: _passage, samples: _samples, ...outcome } = update;
    const hash = this.passages[index]?.hash ?? '';
    return { key: judgementKey(runKey, hash), hash, ...outcome };
  }

  #stop(): void {
    this.#foldWaiting();
    this.list = stopRankedList(this.list);
    this.#enter('stopped');
  }

  #progress(progress: LoadProgress): void {
    this.loadProgress = progress;
    this.#changed();
  }

  #enter(phase: JudgingPhase): void {
    this.phase = phase;
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function rerankOptions({ instruction, preset, mode }: Question): RerankOptions {
  return {
    mode,
    ...(instruction.trim() !== '' && { instruction: instruction.trim() }),
    ...(preset && { preset }),
  };
}

function finishedUpdate({ key: _key, hash: _hash, ...outcome }: Judgement, index: number): FinishedUpdate {
  return { type: 'finished', index, ...outcome };
}

function isJudged(update: RerankUpdate): update is JudgedUpdate {
  return update.type === 'finished' && update.finishReason !== 'aborted';
}
