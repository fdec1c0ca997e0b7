/**
 * One question put to a shortlist: what is known already comes from the store, the rest is judged by the model, and
 * each verdict is stored when it lands. So a run that was cut short, by whatever, costs only what it had not decided.
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
  /** model folder, absolute, with a slash at its end */
  readonly modelUrl: string;
  /** of a model that has no folder */
  readonly identity?: ModelIdentity;
}

type JudgedUpdate = FinishedUpdate & Pick<Judgement, 'finishReason'>;

/** Fires `change` whenever something to be shown has changed, and `verdict` when something was stored. */
export class JudgingRun extends EventTarget {
  phase: JudgingPhase = 'idle';
  list: RankedList;
  /** verdicts that were known before */
  numKnown = 0;
  loadProgress: LoadProgress | null = null;
  model: LoadedModel | null = null;
  stats: RunStats | null = null;
  error: Error | null = null;
  /** the passage that was judged last */
  latest: RankedItem | null = null;
  #revision = '';
  /** Null while it is not known which version of the model judges. */
  #runKey: Promise<string> | null = null;
  #abort = new AbortController();
  /** what the model said since the last frame */
  #waiting: RerankUpdate[] = [];
  #stored: Promise<void> = Promise.resolve();

  readonly question: Question;
  readonly passages: readonly Passage[];
  readonly #surroundings: JudgingSurroundings;
  dtype: string | null;

  /**
   * @param passages the shortlist; the list's indexes are places in it
   * @param dtype of the model that judged last; null where none has
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

  /** The last part of the model's address, or the server that judges. */
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

  /** Puts in what is stored, as far as it is known which version of the model judges. @throws Rank1Error */
  async recall(): Promise<void> {
    const { modelUrl, identity } = this.#surroundings;
    const { revision, dtypes } = identity ?? (await identifyModel(modelUrl));
    this.#revision = revision;
    const [only] = dtypes.length === 1 ? dtypes : [];
    const dtype = this.dtype !== null && dtypes.includes(this.dtype) ? this.dtype : (only ?? null);
    if (dtype !== null) await this.#recallFor(dtype);
  }

  /** Judges what is not known yet; resolves when it has ended, for whatever reason, which is in `phase` and `error`. */
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

  /** Ends the run after the step in flight; what was decided stays. */
  stop(): void {
    this.#abort.abort();
  }

  /** Indexes of what is still to be judged. */
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
        // After a fault the CPU may take over, with another version of the model.
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

  /** What was stopped is waiting again. */
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
    // A model may take many steps a frame; nobody sees more than the last.
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

  /** Never rejects: what cannot be stored is shown all the same. */
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
