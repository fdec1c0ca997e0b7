/**
 * One question put to a shortlist: what is known already comes from the store, the rest is judged by the model, and
 * each verdict is stored when it lands. So a run that was cut short, by whatever, costs only what it had not decided.
 */
import {
  foldUpdates,
  isFinished,
  startRankedList,
  stopRankedList,
  type RankedList,
} from '../../client/ranked-list.ts';
import type { Reranker } from '../../client/reranker.ts';
import type {
  FinishReason,
  LoadedModel,
  LoadProgress,
  RerankOptions,
  RerankUpdate,
  RunStats,
} from '../../protocol/rerank-api.ts';
import { identifyModel, judgementKey, runKey } from './judgement-key.ts';
import type { Passage } from './passage-table.ts';
import type { SessionStore } from './session-store.ts';
import type { Judgement, Question } from './session-types.ts';

export type JudgingPhase = 'idle' | 'loading' | 'running' | 'complete' | 'stopped' | 'failed';

export interface JudgingSurroundings {
  readonly store: SessionStore;
  readonly reranker: Reranker;
  /** model folder, absolute, with a slash at its end */
  readonly modelUrl: string;
}

type FinishedUpdate = RerankUpdate & { readonly type: 'finished' };

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
  #runKey = '';
  #dtype = '';
  #abort = new AbortController();

  /** @param passages the shortlist; the list's indexes are places in it */
  constructor(
    readonly question: Question,
    readonly passages: readonly Passage[],
    private readonly surroundings: JudgingSurroundings,
  ) {
    super();
    this.list = startRankedList(1, passages.length);
  }

  get busy(): boolean {
    return this.phase === 'loading' || this.phase === 'running';
  }

  /** The last part of the model folder's address. */
  get modelName(): string {
    return this.surroundings.modelUrl.replace(/\/$/, '').split('/').at(-1) ?? '';
  }

  get numJudged(): number {
    return this.list.items.filter(isFinished).length;
  }

  get numWithVerdict(): number {
    return this.list.items.filter(({ verdict }) => verdict !== null).length;
  }

  /** Puts in what is stored. @throws Rank1Error */
  async recall(): Promise<void> {
    const { store, modelUrl } = this.surroundings;
    const identity = await identifyModel(modelUrl);
    this.#dtype = identity.dtype;
    this.#runKey = await runKey(identity, this.question);
    const known = await store.getJudgements(
      this.passages.map(({ hash }) => judgementKey(this.#runKey, hash)),
    );
    const updates = known.flatMap((judgement, index) =>
      judgement ? [finishedUpdate(judgement, index)] : [],
    );
    this.numKnown = updates.length;
    this.list = foldUpdates(this.list, this.list.runId, updates);
    if (this.passages.length > 0 && updates.length === this.passages.length) this.phase = 'complete';
    this.#changed();
  }

  /** Judges what is not known yet; resolves when it has ended, for whatever reason, which is in `phase` and `error`. */
  async judge(): Promise<void> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.error = null;
    this.#enter('loading');
    try {
      if (this.#runKey === '') await this.recall();
      const missing = this.list.items.filter((item) => !isFinished(item) || item.state === 'stopped');
      if (missing.length > 0)
        await this.#judgeMissing(
          missing.map(({ index }) => index),
          signal,
        );
      else this.#enter('complete');
    } catch (error) {
      if (signal.aborted) return this.#stop();
      this.#stop();
      this.error = error instanceof Error ? error : new Error(String(error));
      this.#enter('failed');
    }
  }

  /** Ends the run after the step in flight; what was decided stays. */
  stop(): void {
    this.#abort.abort();
  }

  async #judgeMissing(missing: readonly number[], signal: AbortSignal): Promise<void> {
    const { reranker, modelUrl } = this.surroundings;
    this.#restart(missing);
    this.model = await reranker.load(
      { model: modelUrl, dtype: this.#dtype },
      { signal, onProgress: (progress) => this.#progress(progress) },
    );
    this.#enter('running');
    const summary = await reranker.rerank({
      query: this.question.query,
      documents: missing.map((index) => this.passages[index]?.text ?? ''),
      options: rerankOptions(this.question),
      signal,
      onUpdate: (updates, stats) =>
        this.#fold(
          updates.map((update) => ({ ...update, index: missing[update.index] ?? -1 })),
          stats,
        ),
    });
    if (summary.aborted) this.#stop();
    else this.#enter('complete');
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
    this.list = foldUpdates(this.list, this.list.runId, updates);
    const finished = updates.filter(
      (update): update is FinishedUpdate => update.type === 'finished' && update.finishReason !== 'aborted',
    );
    if (finished.length > 0) this.#keep(finished);
    this.#changed();
  }

  #keep(finished: readonly FinishedUpdate[]): void {
    const judgements = finished.map((update) => this.#judgement(update));
    this.surroundings.store.putJudgements(judgements).then(
      () => this.dispatchEvent(new Event('verdict')),
      (error: unknown) => {
        this.error = error as Error;
        this.#changed();
      },
    );
  }

  #judgement(update: FinishedUpdate): Judgement {
    const { verdict, reasoning, finishReason, truncated, numPromptTokens, numNewTokens, index } = update;
    const hash = this.passages[index]?.hash ?? '';
    const key = judgementKey(this.#runKey, hash);
    return { key, hash, verdict, reasoning, finishReason, truncated, numPromptTokens, numNewTokens };
  }

  #stop(): void {
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

function finishedUpdate(judgement: Judgement, index: number): FinishedUpdate {
  const { verdict, reasoning, truncated, numPromptTokens, numNewTokens } = judgement;
  const finishReason: FinishReason = judgement.finishReason;
  return {
    type: 'finished',
    index,
    verdict,
    reasoning,
    finishReason,
    truncated,
    numPromptTokens,
    numNewTokens,
  };
}
