/**
 * Judges a shortlist for one question. Known verdicts come from the store, the model judges the rest, and each verdict
 * is stored as it arrives, so that an interrupted run loses only undecided passages. In mode `top` scores and reasoned
 * verdicts are stored apart: which passages are best depends on the shortlist, a verdict does not.
 */
import { msg, str } from '@lit/localize';
import { isFinished, type RankedItem, type RankedList } from '../../client/ranked-list.ts';
import type {
  FinishedUpdate,
  LoadedModel,
  LoadProgress,
  RerankOptions,
  RerankUpdate,
  RunStats,
} from '../../protocol/rerank-api.ts';
import { PageError } from '../shell/page-error.ts';
import { judgementKey, versionOf, type JudgingPass } from './judgement-key.ts';
import { isJudged, JudgedPasses, type JudgedUpdate } from './judged-passes.ts';
import type { Passage } from './passage-table.ts';
import type { SessionStore } from './session-store.ts';
import type { Judgement, Question } from './session-types.ts';
import { StoredJudge, type JudgeSource } from './stored-judge.ts';

export type JudgingPhase = 'idle' | 'loading' | 'running' | 'complete' | 'stopped' | 'failed';

export interface JudgingModels extends JudgeSource {
  /** gives the reasons in mode `top` if the question asks for it */
  readonly explainer?: JudgeSource;
}

export interface JudgingSurroundings extends JudgingModels {
  readonly store: SessionStore;
}

/** Fires `change` when displayed state changes, and `verdict` when something was stored. */
export class JudgingRun extends EventTarget {
  phase: JudgingPhase = 'idle';
  loadProgress: LoadProgress | null = null;
  model: LoadedModel | null = null;
  stats: RunStats | null = null;
  error: Error | null = null;
  /** most recently judged passage */
  latest: RankedItem | null = null;
  /** whether stored verdicts of the model's version were looked up */
  #isRecalled = false;
  /** indexes of verdicts found in the store */
  #known = new Set<number>();
  #judged: JudgedPasses;
  #abort = new AbortController();
  /** model updates since the last frame */
  #waiting: { readonly update: RerankUpdate; readonly pass: JudgingPass }[] = [];
  #stored: Promise<void> = Promise.resolve();

  readonly question: Question;
  readonly passages: readonly Passage[];
  readonly #store: SessionStore;
  readonly #judges: Readonly<Record<JudgingPass, StoredJudge>>;

  /**
   * @param passages the shortlist; list indexes refer to it
   * @param version of the model that judged last; null if none did
   */
  constructor(
    question: Question,
    passages: readonly Passage[],
    surroundings: JudgingSurroundings,
    version: string | null = null,
  ) {
    super();
    this.question = question;
    this.passages = passages;
    this.#store = surroundings.store;
    const judge = new StoredJudge(surroundings, version);
    const { explainer } = surroundings;
    const isExplained = question.mode === 'top' && question.explained === true && explainer !== undefined;
    this.#judges = { instant: judge, reason: isExplained ? new StoredJudge(explainer, null) : judge };
    this.#judged = new JudgedPasses(question, passages.length);
  }

  get list(): RankedList {
    return this.#judged.list;
  }

  get busy(): boolean {
    return this.phase === 'loading' || this.phase === 'running';
  }

  /** both names if there is an explainer */
  get modelName(): string {
    return [...this.#models].map(({ name }) => name).join('+');
  }

  /** The server that judges; null if this device does. */
  get remoteHost(): string | null {
    return this.#judges.instant.reranker.remoteHost;
  }

  /** `versionOf` the model that scores; null until one has judged */
  get version(): string | null {
    return this.#judges.instant.version;
  }

  /** number of verdicts found in the store */
  get numKnown(): number {
    return this.#known.size;
  }

  get numJudged(): number {
    return this.list.items.filter(isFinished).length;
  }

  get numWithVerdict(): number {
    return this.list.items.filter(({ verdict }) => verdict !== null).length;
  }

  /** Adds stored verdicts, if the model's version is known. @throws Rank1Error */
  async recall(): Promise<void> {
    for (const judge of this.#models) await judge.identify();
    if (this.version !== null) await this.#recallAll();
  }

  /** Judges what is not known yet. Resolves when the run ends; see `phase` and `error` for the reason. */
  async judge(): Promise<void> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.error = null;
    this.#enter('loading');
    try {
      if (!this.#isRecalled) await this.recall();
      if (this.#isComplete) this.#enter('complete');
      else await this.#judgeMissing(signal);
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

  get #models(): ReadonlySet<StoredJudge> {
    return new Set([this.#judges.instant, this.#judges.reason]);
  }

  get #canReason(): boolean {
    return this.#models.size > 1 || (this.model?.canReason ?? true);
  }

  get #isComplete(): boolean {
    return this.#judged.isComplete(this.#canReason);
  }

  async #recallAll(): Promise<void> {
    this.#isRecalled = true;
    this.#known = new Set();
    this.#judged = new JudgedPasses(this.question, this.passages.length);
    for (const pass of this.#judged.passes) await this.#recallPass(pass);
    if (!this.busy && this.#isComplete) this.phase = 'complete';
    this.#changed();
  }

  async #recallPass(pass: JudgingPass): Promise<void> {
    const judge = this.#judges[pass];
    if (judge.version === null) return;
    const key = await judge.runKey(this.question, pass);
    const missing = this.#judged.missing(pass, this.#canReason);
    const known = await this.#store.getJudgements(
      missing.map((index) => judgementKey(key, this.passages[index]?.hash ?? '')),
    );
    const updates = known.flatMap((judgement, place) =>
      judgement ? [finishedUpdate(judgement, missing[place] ?? -1)] : [],
    );
    this.#judged.take(updates, pass);
    for (const { index } of updates) this.#known.add(index);
  }

  async #judgeMissing(signal: AbortSignal): Promise<void> {
    const { instant: first, reason: explainer } = this.#judges;
    this.model = await this.#load(first, signal);
    if (first.hasChanged(this.model) || !this.#isRecalled) await this.#recallAll();
    const { passes } = this.#judged;
    for (const pass of passes) {
      if (explainer !== first && pass === 'reason') await this.#loadExplainer(explainer, signal);
      const missing = this.#judged.missing(pass, this.#canReason);
      if (missing.length > 0) await this.#judge(missing, pass, signal);
      this.#foldWaiting();
      // All passages have scores, so the best are known, and their stored verdicts can be looked up.
      if (pass === 'instant') for (const later of passes.slice(1)) await this.#recallPass(later);
    }
    // Reported as complete only once the verdicts would survive a reload.
    await this.#stored;
    this.#enter('complete');
  }

  #load({ reranker }: StoredJudge, signal: AbortSignal): Promise<LoadedModel> {
    return reranker.load({ signal, onProgress: (progress) => this.#progress(progress) });
  }

  async #loadExplainer(explainer: StoredJudge, signal: AbortSignal): Promise<void> {
    if (this.#judged.missing('reason', true).length === 0) return;
    this.loadProgress = null;
    this.#enter('loading');
    const model = await this.#load(explainer, signal);
    if (!model.canReason)
      throw new PageError('model-unsupported', msg(str`${explainer.name} gives scores without reasoning.`));
    if (explainer.hasChanged(model)) await this.#recallPass('reason');
  }

  async #judge(missing: readonly number[], pass: JudgingPass, signal: AbortSignal): Promise<void> {
    this.#judged.restart(missing);
    this.#enter('running');
    const judge = this.#judges[pass];
    await judge.reranker.rerank({
      query: this.question.query,
      documents: missing.map((index) => this.passages[index]?.text ?? ''),
      ...rerankOptions(this.question, pass),
      signal,
      onState: (state) => {
        // After a fault the run may continue on the CPU with another version of the model.
        if (state.type === 'running') judge.version = versionOf(state.model);
      },
      onUpdate: (updates, stats) =>
        this.#fold(
          updates.map((update) => ({ ...update, index: missing[update.index] ?? -1 })),
          stats,
          pass,
        ),
    });
  }

  #fold(updates: readonly RerankUpdate[], stats: RunStats, pass: JudgingPass): void {
    this.stats = stats;
    const finished = updates.filter(isJudged);
    if (finished.length > 0) {
      const key = this.#judges[pass].runKey(this.question, pass);
      this.#stored = this.#stored.then(() => this.#keep(finished, key));
    }
    for (const update of updates) this.#waiting.push({ update, pass });
    // The model may take many steps per frame; only the last is visible.
    if (document.hidden) this.#foldWaiting();
    else if (this.#waiting.length === updates.length) requestAnimationFrame(() => this.#foldWaiting());
  }

  #foldWaiting(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting.splice(0);
    for (const pass of this.#judged.passes)
      this.#judged.take(
        waiting.filter((one) => one.pass === pass).map(({ update }) => update),
        pass,
      );
    const last = waiting.map(({ update }) => update).findLast(isJudged);
    if (last) this.latest = this.list.items[last.index] ?? null;
    this.#changed();
  }

  /** Never rejects: verdicts that cannot be stored are still shown. */
  async #keep(finished: readonly JudgedUpdate[], runKey: Promise<string>): Promise<void> {
    try {
      const key = await runKey;
      await this.#store.putJudgements(finished.map((update) => this.#judgement(update, key)));
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
    this.#judged.stop();
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

function rerankOptions({ instruction, preset }: Question, pass: JudgingPass): RerankOptions {
  return {
    reasons: pass === 'reason' ? 'all' : 'none',
    ...(instruction.trim() !== '' && { instruction: instruction.trim() }),
    ...(preset && { preset }),
  };
}

function finishedUpdate({ key: _key, hash: _hash, ...outcome }: Judgement, index: number): FinishedUpdate {
  return { type: 'finished', index, ...outcome };
}
