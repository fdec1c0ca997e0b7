/**
 * An open session: files and texts, question and run, the user's decisions. Stores every change as it happens
 * and has no UI. Fires `change` when displayed state changes.
 */
import { JudgingRun, type JudgingSurroundings } from './judging-run.ts';
import { questionKey } from './judgement-key.ts';
import type { Passage } from './passage-table.ts';
import { SessionDecisions, type DecisionChange } from './session-decisions.ts';
import { SessionFiles } from './session-files.ts';
import { SessionTexts } from './session-texts.ts';
import { SessionWrites } from './session-writes.ts';
import { UndoHistory, type UndoStep } from './undo-history.ts';
import type {
  AskedQuestion,
  DecisionRecord,
  FileRecord,
  Judgement,
  NewFile,
  Question,
  SessionRecord,
} from './session-types.ts';

/** After this many starts without a verdict, the user is asked before another attempt. */
const MAX_FRUITLESS_STARTS = 2;

export class TriageSession extends EventTarget {
  readonly texts = new SessionTexts();
  readonly history = new UndoHistory();
  /** Asked in this session, most recent first. */
  questions: readonly AskedQuestion[] = [];
  run: JudgingRun | null = null;
  /** A question whose shortlist is still being built; there is no run meanwhile. */
  asking: Question | null = null;
  readonly #writes = new SessionWrites();
  #isClosing = false;
  /** Whether the model is to judge, also while a run that changed files replaced is begun anew. */
  #goesOn = false;
  #judging: Promise<unknown> = Promise.resolve();

  record: SessionRecord;
  readonly #files: SessionFiles;
  readonly #decisions: SessionDecisions;
  readonly #surroundings: JudgingSurroundings;

  private constructor(record: SessionRecord, surroundings: JudgingSurroundings) {
    super();
    this.record = record;
    this.#files = new SessionFiles(record.id, this.texts);
    this.#decisions = new SessionDecisions(record.id, this.history, (records) => this.#putDecisions(records));
    this.#surroundings = surroundings;
  }

  /** Opens a stored session and resumes its run if one was interrupted. */
  static async open(record: SessionRecord, surroundings: JudgingSurroundings): Promise<TriageSession> {
    const session = new TriageSession(record, surroundings);
    const { store } = surroundings;
    const [decisions, questions, files] = await Promise.all([
      store.getDecisions(record.id),
      store.getQuestions(record.id),
      store.getFiles(record.id),
    ]);
    session.#decisions.take(decisions);
    session.questions = questions.sort((a, b) => (a.askedAt < b.askedAt ? 1 : -1));
    session.#files.take(files);
    session.#showFiles();
    if (record.asked) await session.#resume(record.asked);
    return session;
  }

  get files(): readonly FileRecord[] {
    return this.#files.list;
  }

  async addFiles(read: readonly NewFile[]): Promise<void> {
    if (this.#isClosing) return;
    const added = this.#files.add(read);
    this.#showFiles();
    await this.#writes.doInOrder(() => this.#surroundings.store.putFiles(added));
    await this.#save({});
  }

  /** Removes a file, and the judgements of texts that are in no other file. */
  async removeFile(file: FileRecord): Promise<void> {
    if (this.#isClosing) return;
    const { store } = this.#surroundings;
    this.#files.drop(file);
    this.#showFiles();
    let judgements: readonly Judgement[] = [];
    const undo = async (): Promise<void> => {
      this.#files.take([file]);
      this.#showFiles();
      await this.#writes.doInOrder(async () => {
        await store.putFiles([file]);
        await store.putJudgements(judgements);
      });
      await this.#showAgain();
    };
    this.history.add({ kind: 'removal', count: 1, undo });
    await this.#writes.doInOrder(async () => {
      judgements = await store.replaceFiles([file], []);
    });
    await this.#showAgain();
  }

  /** Replaces files with the result of reading them again. */
  async replaceFiles(files: readonly FileRecord[], read: readonly NewFile[]): Promise<void> {
    if (this.#isClosing) return;
    for (const file of files) this.#files.drop(file);
    const added = this.#files.add(read);
    this.#showFiles();
    await this.#writes.doInOrder(async () => {
      await this.#surroundings.store.replaceFiles(files, added);
    });
    await this.#save({});
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

  /** Names the session after the first folder added, unless the user has named it. */
  async nameAfter(folder: string): Promise<void> {
    if (!this.#isClosing && this.record.isUntitled && this.files.length === 0) await this.rename(folder);
  }

  /** Judges the question's shortlist; known judgements are reused. */
  async ask(question: Question): Promise<void> {
    if (this.#isClosing) return;
    const asked = { ...question };
    this.stop();
    this.run = null;
    this.asking = asked;
    this.#changed();
    try {
      await this.texts.ready;
      if (this.asking !== asked) return;
      await this.#save({ question, asked: question, numFruitlessStarts: 0 });
      const kept = await this.#keepQuestion(question);
      if (this.asking !== asked) return;
      this.#begin(question, kept);
    } catch (error) {
      if (this.asking === asked) this.asking = null;
      this.#changed();
      throw error;
    }
    await this.judge();
  }

  /** Shows an earlier question again with its known verdicts; does not run the model. */
  async goBackTo(asked: AskedQuestion): Promise<void> {
    if (this.#isClosing) return;
    const { question } = asked;
    this.stop();
    const run = this.#begin(question, asked);
    await this.#save({ question, asked: question, numFruitlessStarts: 0, running: false });
    await this.#recall(run);
  }

  /** Starts or resumes the current run. */
  async judge(): Promise<void> {
    const { run } = this;
    if (!run || run.busy || this.#isClosing) return;
    const judging = this.#judge(run);
    this.#judging = Promise.allSettled([this.#judging, judging]);
    await judging;
  }

  async #judge(run: JudgingRun): Promise<void> {
    this.#goesOn = true;
    await this.#save({ running: true, numFruitlessStarts: this.record.numFruitlessStarts + 1 });
    // What happened meanwhile may have stopped or replaced it.
    if (this.#goesOn && this.run === run) await run.judge();
    if (this.run === run) this.#goesOn = false;
    // Not reached if the page is closed, which is how an interrupted run is recognised.
    if (!this.#goesOn) await this.#save({ running: false });
  }

  stop(): void {
    this.#goesOn = false;
    this.run?.stop();
  }

  decisionOf(passage: Passage): DecisionRecord | undefined {
    return this.#decisions.of(passage);
  }

  /** Decides on all of these as one undoable step. */
  async decide(passages: readonly Passage[], change: DecisionChange): Promise<void> {
    if (!this.#isClosing && passages.length > 0) await this.#decisions.decide(passages, change);
  }

  /** Returns the undone step. */
  async undo(): Promise<UndoStep | null> {
    return this.#isClosing ? null : this.history.undo();
  }

  async #putDecisions(records: readonly DecisionRecord[]): Promise<void> {
    this.#changed();
    await this.#writes.do(() => this.#surroundings.store.putDecisions(records));
  }

  /** Stops all work; the store stays open. Resolves once nothing more of this session will be stored. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.stop();
    await this.#judging;
    await this.#writes.close();
  }

  async #resume(asked: Question): Promise<void> {
    const key = await questionKey(asked);
    const known = this.questions.find((question) => question.questionKey === key);
    // Sessions from older versions did not store their questions.
    if (!known) await this.texts.ready;
    await this.#recall(this.#begin(asked, known ?? (await this.#keepQuestion(asked))));
    // Opening a session must not send anything to a server; only asking does.
    const isLocal = this.#surroundings.reranker.remoteHost === null;
    const mayGoOn = isLocal && this.record.running && this.record.numFruitlessStarts <= MAX_FRUITLESS_STARTS;
    if (mayGoOn) void this.judge();
  }

  async #recall(run: JudgingRun): Promise<void> {
    try {
      await run.recall();
    } catch (error) {
      run.error = error as Error;
      this.#changed();
    }
  }

  /** After files were removed or restored: shows the current question with those of its texts that exist. */
  async #showAgain(): Promise<void> {
    const asked = this.questions.find((question) => question.questionKey === this.#decisions.questionKey);
    const { run } = this;
    if (!run || !asked) return this.#changed();
    run.stop();
    const again = this.#begin(run.question, asked);
    await this.#recall(again);
    if (this.#goesOn && this.run === again) void this.judge();
  }

  async #keepQuestion(question: Question): Promise<AskedQuestion> {
    const { passages, numSharing } = this.texts.find(question);
    const key = await questionKey(question);
    const asked: AskedQuestion = {
      sessionId: this.record.id,
      questionKey: key,
      question,
      // What was decided on stays in the review and in exports, whatever matches better now.
      hashes: [...new Set([...passages.map(({ hash }) => hash), ...this.#decisions.decidedUnder(key)])],
      numSharing,
      askedAt: new Date().toISOString(),
    };
    this.questions = [asked, ...this.questions.filter((other) => other.questionKey !== asked.questionKey)];
    await this.#writes.do(() => this.#surroundings.store.putQuestion(asked));
    return asked;
  }

  #begin(question: Question, { hashes, questionKey }: AskedQuestion): JudgingRun {
    if (questionKey !== this.#decisions.questionKey) this.history.leaveQuestion();
    this.#decisions.questionKey = questionKey;
    const passages = hashes.flatMap((hash) => this.texts.table.get(hash) ?? []);
    const run = new JudgingRun(question, passages, this.#surroundings, this.record.dtype);
    run.addEventListener('change', () => this.run === run && this.#changed());
    run.addEventListener('verdict', () => this.#onVerdict(run));
    this.run = run;
    this.asking = null;
    this.#changed();
    return run;
  }

  #onVerdict(run: JudgingRun): void {
    const { version } = run;
    const isVersionNew = version !== null && version !== this.record.dtype;
    if (this.record.numFruitlessStarts === 0 && !isVersionNew) return;
    this.#save({ numFruitlessStarts: 0, ...(version !== null && { dtype: version }) }).catch(
      (error: unknown) => {
        run.error = error as Error;
        this.#changed();
      },
    );
  }

  /** Now, and once their texts are searchable. */
  #showFiles(): void {
    void this.texts.ready.then(() => this.#changed());
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
