/**
 * A session at work: its files and texts, its question and run, the person's decisions. It keeps what happens in the
 * store as it happens and shows nothing. `change` fires when something to be shown has changed.
 */
import type { Reranker } from '../../client/reranker.ts';
import { Shortlist } from '../shortlist/shortlist.ts';
import type { ImportedFile } from '../import/import-types.ts';
import { JudgingRun } from './judging-run.ts';
import { questionKey, type ModelIdentity } from './judgement-key.ts';
import { PassageTable, type Passage } from './passage-table.ts';
import type { SessionStore } from './session-store.ts';
import { SessionWrites } from './session-writes.ts';
import type { Decision, DecisionRecord, FileRecord, Question, SessionRecord } from './session-types.ts';

/** Starts of a run that brought no verdict, after which the person is asked before it is tried again. */
const MAX_FRUITLESS_STARTS = 2;

export interface SessionSurroundings {
  readonly store: SessionStore;
  readonly reranker: Reranker;
  readonly modelUrl: string;
  /** of a model that has no folder */
  readonly identity?: ModelIdentity;
}

export class TriageSession extends EventTarget {
  readonly table = new PassageTable();
  readonly files: FileRecord[] = [];
  run: JudgingRun | null = null;
  /** A question whose run has not begun: its shortlist is still being made. There is no run meanwhile. */
  asking: Question | null = null;
  readonly #writes = new SessionWrites();
  #isClosing = false;
  readonly #shortlist = new Shortlist();
  readonly #fileKeys = new Set<string>();
  #indexing: Promise<void> = Promise.resolve();
  #judging: Promise<unknown> = Promise.resolve();
  #allDecisions: DecisionRecord[] = [];
  #decisions = new Map<string, DecisionRecord>();
  #questionKey = '';

  record: SessionRecord;
  readonly #surroundings: SessionSurroundings;

  private constructor(record: SessionRecord, surroundings: SessionSurroundings) {
    super();
    this.record = record;
    this.#surroundings = surroundings;
  }

  /** Opens a stored session, and goes on with its run if one was cut short. */
  static async open(record: SessionRecord, surroundings: SessionSurroundings): Promise<TriageSession> {
    const session = new TriageSession(record, surroundings);
    session.#allDecisions = await surroundings.store.getDecisions(record.id);
    const files = await surroundings.store.getFiles(record.id);
    for (const file of files) session.#fileKeys.add(fileKey(file));
    session.#take(files);
    await session.#indexing;
    if (record.asked) await session.#resume(record.asked);
    return session;
  }

  /** Passages that can be found so far; the rest is being indexed. */
  get numIndexed(): number {
    return this.#shortlist.size;
  }

  async addFiles(imported: readonly ImportedFile[]): Promise<void> {
    if (this.#isClosing) return;
    const added: FileRecord[] = [];
    for (const file of imported) {
      const record = { ...file, sessionId: this.record.id, id: this.files.length + added.length };
      const key = fileKey(record);
      if (this.#fileKeys.has(key)) continue;
      this.#fileKeys.add(key);
      added.push(record);
    }
    this.#take(added);
    await this.#writes.do(() => this.#surroundings.store.putFiles(added));
    await this.#save({});
  }

  /** The texts that would be judged, best first by words; indexing may still be adding to them. */
  shortlist({ query, topK }: Question): Passage[] {
    const { passages } = this.table;
    const indexes = this.#shortlist.search(query, topK, passages.length);
    return indexes.flatMap((index) => passages[index] ?? []);
  }

  async setQuestion(question: Question): Promise<void> {
    if (this.#isClosing) return;
    await this.#save({ question });
  }

  async rename(name: string): Promise<void> {
    if (this.#isClosing) return;
    await this.#save({ name });
  }

  /** Judges the shortlist of the question; what was judged before is not judged again. */
  async ask(question: Question): Promise<void> {
    if (this.#isClosing) return;
    const asked = { ...question };
    this.run?.stop();
    this.run = null;
    this.asking = asked;
    this.#changed();
    try {
      await this.#indexing;
      await this.#save({ question, asked: question, numFruitlessStarts: 0 });
      if (this.asking === asked) await this.#begin(question, asked);
    } catch (error) {
      if (this.asking === asked) this.asking = null;
      this.#changed();
      throw error;
    }
    await this.judge();
  }

  /** Begins, or goes on with, the run at hand. */
  async judge(): Promise<void> {
    const { run } = this;
    if (!run || run.busy || this.#isClosing) return;
    const judging = this.#judge(run);
    this.#judging = Promise.allSettled([this.#judging, judging]);
    await judging;
  }

  async #judge(run: JudgingRun): Promise<void> {
    await this.#save({ running: true, numFruitlessStarts: this.record.numFruitlessStarts + 1 });
    await run.judge();
    // A page that is closed never gets here: that is how a run that was cut short is known.
    if (this.run === run) await this.#save({ running: false });
  }

  stop(): void {
    this.run?.stop();
  }

  decisionOf({ hash }: Passage): DecisionRecord | undefined {
    return this.#decisions.get(hash);
  }

  async decide(
    passage: Passage,
    change: { readonly decision?: Decision | null; readonly note?: string },
  ): Promise<void> {
    if (this.#isClosing) return;
    const before = this.decisionOf(passage) ?? { decision: null, note: '' };
    const { hash } = passage;
    const record = { ...before, ...change, sessionId: this.record.id, questionKey: this.#questionKey, hash };
    this.#decisions.set(hash, record);
    this.#allDecisions = [...this.#allDecisions.filter((other) => !isSame(other, record)), record];
    this.#changed();
    await this.#writes.do(() => this.#surroundings.store.putDecisions([record]));
  }

  /** Stops what is at work; the store stays open. Resolves when nothing more of this session will be stored. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.run?.stop();
    await this.#judging;
    await this.#writes.close();
  }

  async #resume(asked: Question): Promise<void> {
    await this.#begin(asked);
    try {
      await this.run?.recall();
    } catch (error) {
      if (this.run) this.run.error = error as Error;
    }
    // Opening a session sends nothing away; asking does.
    const isLocal = this.#surroundings.reranker.remoteHost === null;
    const mayGoOn = isLocal && this.record.running && this.record.numFruitlessStarts <= MAX_FRUITLESS_STARTS;
    if (mayGoOn) void this.judge();
  }

  /** @param asking what must still be asked for by then; nothing else may have been asked meanwhile */
  async #begin(question: Question, asking: Question | null = null): Promise<void> {
    const key = await questionKey(question);
    if (this.asking !== asking) return;
    this.#questionKey = key;
    const own = this.#allDecisions.filter((record) => record.questionKey === this.#questionKey);
    this.#decisions = new Map(own.map((record) => [record.hash, record]));
    const { dtype = null } = this.record;
    const run = new JudgingRun(question, this.shortlist(question), this.#surroundings, dtype);
    run.addEventListener('change', () => this.run === run && this.#changed());
    run.addEventListener('verdict', () => this.#onVerdict(run));
    this.run = run;
    this.asking = null;
    this.#changed();
  }

  #onVerdict(run: JudgingRun): void {
    const isDtypeNew = run.dtype !== null && run.dtype !== this.record.dtype;
    if (this.record.numFruitlessStarts === 0 && !isDtypeNew) return;
    this.#save({ numFruitlessStarts: 0, ...(run.dtype !== null && { dtype: run.dtype }) }).catch(
      (error: unknown) => {
        run.error = error as Error;
        this.#changed();
      },
    );
  }

  #take(files: readonly FileRecord[]): void {
    for (const file of files) this.files.push(file);
    const added = files.flatMap((file) => this.table.add(file));
    this.#indexing = this.#indexing.then(() => this.#shortlist.add(added)).then(() => this.#changed());
    this.#changed();
  }

  async #save(change: Partial<SessionRecord>): Promise<void> {
    this.record = { ...this.record, ...change, updatedAt: new Date().toISOString() };
    this.#changed();
    const { record } = this;
    await this.#writes.do(() => this.#surroundings.store.putSession(record));
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** The same file added twice is there once; a changed one is another. */
function fileKey({ path, numBytes, passages, error }: FileRecord): string {
  return JSON.stringify([path, numBytes, error, passages.map(({ hash }) => hash)]);
}

function isSame(a: DecisionRecord, b: DecisionRecord): boolean {
  return a.hash === b.hash && a.questionKey === b.questionKey;
}
