/**
 * A session at work: its files and texts, its question and run, the person's decisions. It keeps what happens in the
 * store as it happens and shows nothing. `change` fires when something to be shown has changed.
 */
import type { Reranker } from '../../client/reranker.ts';
import type { ImportedFile } from '../import/import-types.ts';
import { JudgingRun } from './judging-run.ts';
import { questionKey, type ModelIdentity } from './judgement-key.ts';
import type { Passage } from './passage-table.ts';
import type { SessionStore } from './session-store.ts';
import { SessionTexts } from './session-texts.ts';
import { SessionWrites } from './session-writes.ts';
import { UndoHistory, type UndoStep } from './undo-history.ts';
import type {
  AskedQuestion,
  Decision,
  DecisionRecord,
  FileRecord,
  Judgement,
  Question,
  SessionRecord,
} from './session-types.ts';

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
  readonly texts = new SessionTexts();
  readonly history = new UndoHistory();
  files: readonly FileRecord[] = [];
  /** Asked in this session, last first. */
  questions: readonly AskedQuestion[] = [];
  run: JudgingRun | null = null;
  /** A question whose run has not begun: its shortlist is still being made. There is no run meanwhile. */
  asking: Question | null = null;
  readonly #writes = new SessionWrites();
  #isClosing = false;
  readonly #fileKeys = new Set<string>();
  #nextFileId = 0;
  #judging: Promise<unknown> = Promise.resolve();
  /** by question and text */
  readonly #decisions = new Map<string, DecisionRecord>();
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
    const { store } = surroundings;
    const [decisions, questions, files] = await Promise.all([
      store.getDecisions(record.id),
      store.getQuestions(record.id),
      store.getFiles(record.id),
    ]);
    for (const decision of decisions) session.#decisions.set(decisionKey(decision), decision);
    session.questions = questions.sort((a, b) => (a.askedAt < b.askedAt ? 1 : -1));
    session.#take(files);
    if (record.asked) await session.#resume(record.asked);
    return session;
  }

  async addFiles(imported: readonly ImportedFile[]): Promise<void> {
    if (this.#isClosing) return;
    const added: FileRecord[] = [];
    for (const file of imported) {
      const record = { ...file, sessionId: this.record.id, id: this.#nextFileId++ };
      const key = fileKey(record);
      if (this.#fileKeys.has(key)) continue;
      this.#fileKeys.add(key);
      added.push(record);
    }
    this.#take(added);
    await this.#writes.do(() => this.#surroundings.store.putFiles(added));
    await this.#save({});
  }

  /** Takes a file out of the session, with what was judged of texts that are in no other. */
  async removeFile(file: FileRecord): Promise<void> {
    if (this.#isClosing) return;
    const { store } = this.#surroundings;
    this.#drop(file);
    let judgements: readonly Judgement[] = [];
    const undo = async (): Promise<void> => {
      this.#take([file]);
      await this.#writes.do(() => store.putFiles([file]));
      await this.#writes.do(() => store.putJudgements(judgements));
      await this.#showAgain();
    };
    this.history.add({ kind: 'removal', count: 1, undo });
    await this.#writes.do(async () => {
      judgements = await store.deleteFile(file);
    });
    await this.#showAgain();
  }

  /** Puts what files were read as, the second time, in the place of what they were read as before. */
  async replaceFiles(files: readonly FileRecord[], imported: readonly ImportedFile[]): Promise<void> {
    if (this.#isClosing) return;
    for (const file of files) {
      this.#drop(file);
      await this.#writes.do(async () => {
        await this.#surroundings.store.deleteFile(file);
      });
    }
    await this.addFiles(imported);
    await this.#showAgain();
  }

  async setQuestion(question: Question): Promise<void> {
    if (this.#isClosing) return;
    await this.#save({ question });
  }

  async rename(name: string): Promise<void> {
    if (this.#isClosing) return;
    await this.#save({ name, isUntitled: false });
  }

  /** Takes the name of the first folder that is added, until the person has given one. */
  async nameAfter(folder: string): Promise<void> {
    if (!this.#isClosing && this.record.isUntitled && this.files.length === 0) await this.rename(folder);
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
      await this.texts.ready;
      await this.#save({ question, asked: question, numFruitlessStarts: 0 });
      if (this.asking === asked) await this.#begin(question, await this.#keepQuestion(question), asked);
    } catch (error) {
      if (this.asking === asked) this.asking = null;
      this.#changed();
      throw error;
    }
    await this.judge();
  }

  /** Shows a question of this session again, with what is known of its passages; asks the model nothing. */
  async goBackTo(asked: AskedQuestion): Promise<void> {
    if (this.#isClosing) return;
    this.run?.stop();
    this.asking = null;
    await this.#save({
      question: asked.question,
      asked: asked.question,
      numFruitlessStarts: 0,
      running: false,
    });
    await this.#begin(asked.question, asked);
    await this.#recall();
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
    return this.#decisions.get(decisionKey({ questionKey: this.#questionKey, hash }));
  }

  /** One decision for all of them, to be undone in one step. */
  async decide(
    passages: readonly Passage[],
    change: { readonly decision?: Decision | null; readonly note?: string },
  ): Promise<void> {
    if (this.#isClosing || passages.length === 0) return;
    const before = passages.map((passage) => this.decisionOf(passage) ?? this.#undecided(passage));
    const kind = change.note === undefined ? 'decision' : 'note';
    this.history.add({ kind, count: passages.length, undo: () => this.#putDecisions(before) });
    await this.#putDecisions(before.map((record) => ({ ...record, ...change })));
  }

  /** Returns what was undone. */
  async undo(): Promise<UndoStep | null> {
    return this.#isClosing ? null : this.history.undo();
  }

  #undecided({ hash }: Passage): DecisionRecord {
    return { sessionId: this.record.id, questionKey: this.#questionKey, hash, decision: null, note: '' };
  }

  async #putDecisions(records: readonly DecisionRecord[]): Promise<void> {
    for (const record of records) this.#decisions.set(decisionKey(record), record);
    this.#changed();
    await this.#writes.do(() => this.#surroundings.store.putDecisions(records));
  }

  /** Stops what is at work; the store stays open. Resolves when nothing more of this session will be stored. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.run?.stop();
    await this.#judging;
    await this.#writes.close();
  }

  async #resume(asked: Question): Promise<void> {
    const key = await questionKey(asked);
    const known = this.questions.find((question) => question.questionKey === key);
    // Sessions of older versions have kept none of their questions.
    if (!known) await this.texts.ready;
    await this.#begin(asked, known ?? (await this.#keepQuestion(asked)));
    await this.#recall();
    // Opening a session sends nothing away; asking does.
    const isLocal = this.#surroundings.reranker.remoteHost === null;
    const mayGoOn = isLocal && this.record.running && this.record.numFruitlessStarts <= MAX_FRUITLESS_STARTS;
    if (mayGoOn) void this.judge();
  }

  async #recall(): Promise<void> {
    const { run } = this;
    try {
      await run?.recall();
    } catch (error) {
      if (run) run.error = error as Error;
      this.#changed();
    }
  }

  /** After files have gone or come back: the question that is shown, with those of its texts that are there. */
  async #showAgain(): Promise<void> {
    const asked = this.questions.find((question) => question.questionKey === this.#questionKey);
    const { run } = this;
    if (!run || !asked) return this.#changed();
    const wasBusy = run.busy;
    run.stop();
    await this.#begin(run.question, asked);
    await this.#recall();
    if (wasBusy) void this.judge();
  }

  async #keepQuestion(question: Question): Promise<AskedQuestion> {
    const { passages, numSharing } = this.texts.find(question);
    const asked: AskedQuestion = {
      sessionId: this.record.id,
      questionKey: await questionKey(question),
      question,
      hashes: passages.map(({ hash }) => hash),
      numSharing,
      askedAt: new Date().toISOString(),
    };
    this.questions = [asked, ...this.questions.filter((other) => other.questionKey !== asked.questionKey)];
    await this.#writes.do(() => this.#surroundings.store.putQuestion(asked));
    return asked;
  }

  /** @param asking what must still be asked for by then; nothing else may have been asked meanwhile */
  async #begin(
    question: Question,
    { hashes, questionKey }: AskedQuestion,
    asking: Question | null = null,
  ): Promise<void> {
    if (this.asking !== asking) return;
    if (questionKey !== this.#questionKey) this.history.clear();
    this.#questionKey = questionKey;
    const passages = hashes.flatMap((hash) => this.texts.table.get(hash) ?? []);
    const { dtype = null } = this.record;
    const run = new JudgingRun(question, passages, this.#surroundings, dtype);
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
    this.files = [...this.files, ...files];
    for (const file of files) {
      this.#fileKeys.add(fileKey(file));
      this.#nextFileId = Math.max(this.#nextFileId, file.id + 1);
    }
    this.texts.add(files);
    void this.texts.ready.then(() => this.#changed());
    this.#changed();
  }

  #drop(file: FileRecord): void {
    this.files = this.files.filter(({ id }) => id !== file.id);
    this.#fileKeys.delete(fileKey(file));
    this.texts.remove(file);
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

function decisionKey({ questionKey, hash }: Pick<DecisionRecord, 'questionKey' | 'hash'>): string {
  return `${questionKey}:${hash}`;
}
