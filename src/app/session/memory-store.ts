/** In-memory sessions, for browsers that keep no data. Lost when the page closes. */
import { hashesOf, lastChangedFirst, type SessionStore, type WholeSession } from './session-store.ts';
import type { AskedQuestion, DecisionRecord, FileRecord, Judgement, SessionRecord } from './session-types.ts';

export class MemoryStore implements SessionStore {
  readonly isLasting = false;
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #judgements = new Map<string, Judgement>();
  #files: FileRecord[] = [];
  #questions: AskedQuestion[] = [];
  #decisions: DecisionRecord[] = [];

  async listSessions(): Promise<SessionRecord[]> {
    return lastChangedFirst([...this.#sessions.values()]);
  }

  async putSession(session: SessionRecord): Promise<void> {
    this.#sessions.set(session.id, session);
  }

  async putWholeSession({ session, files, questions, decisions, judgements }: WholeSession): Promise<void> {
    await this.putSession(session);
    await this.putFiles(files);
    this.#questions = [...this.#questions, ...questions];
    await this.putDecisions(decisions);
    await this.putJudgements(judgements.filter(({ key }) => !this.#judgements.has(key)));
  }

  async getFiles(id: string): Promise<FileRecord[]> {
    return this.#files.filter(({ sessionId }) => sessionId === id);
  }

  async putFiles(files: readonly FileRecord[]): Promise<void> {
    for (const file of files) this.#files.push(file);
  }

  async replaceFiles(old: readonly FileRecord[], files: readonly FileRecord[]): Promise<Judgement[]> {
    const isKept = ({ sessionId, id }: FileRecord): boolean =>
      !old.some((file) => file.sessionId === sessionId && file.id === id);
    this.#files = [...this.#files.filter(isKept), ...files];
    return this.#deleteOrphans(hashesOf(old));
  }

  async getQuestions(id: string): Promise<AskedQuestion[]> {
    return this.#questions.filter(({ sessionId }) => sessionId === id);
  }

  async putQuestion(question: AskedQuestion): Promise<void> {
    const isOther = (old: AskedQuestion): boolean =>
      old.sessionId !== question.sessionId || old.questionKey !== question.questionKey;
    this.#questions = [...this.#questions.filter(isOther), question];
  }

  async getJudgements(keys: readonly string[]): Promise<(Judgement | undefined)[]> {
    return keys.map((key) => this.#judgements.get(key));
  }

  async putJudgements(judgements: readonly Judgement[]): Promise<void> {
    for (const judgement of judgements) this.#judgements.set(judgement.key, judgement);
  }

  async getDecisions(id: string): Promise<DecisionRecord[]> {
    return this.#decisions.filter(({ sessionId }) => sessionId === id);
  }

  async putDecisions(decisions: readonly DecisionRecord[]): Promise<void> {
    const isNew = (old: DecisionRecord): boolean => !decisions.some((decision) => isSame(old, decision));
    this.#decisions = [...this.#decisions.filter(isNew), ...decisions];
  }

  async findJudgements(hashes: Iterable<string>): Promise<Judgement[]> {
    const wanted = new Set(hashes);
    return [...this.#judgements.values()].filter(({ hash }) => wanted.has(hash));
  }

  async deleteSession(id: string): Promise<void> {
    this.#sessions.delete(id);
    const hashes = hashesOf(this.#files.filter(({ sessionId }) => sessionId === id));
    this.#files = this.#files.filter(({ sessionId }) => sessionId !== id);
    this.#questions = this.#questions.filter(({ sessionId }) => sessionId !== id);
    this.#decisions = this.#decisions.filter(({ sessionId }) => sessionId !== id);
    this.#deleteOrphans(hashes);
  }

  #deleteOrphans(hashes: ReadonlySet<string>): Judgement[] {
    const held = hashesOf(this.#files);
    const orphans = [...this.#judgements.values()].filter(({ hash }) => hashes.has(hash) && !held.has(hash));
    for (const { key } of orphans) this.#judgements.delete(key);
    return orphans;
  }

  close(): void {
    this.#sessions.clear();
  }
}

function isSame(a: DecisionRecord, b: DecisionRecord): boolean {
  return a.sessionId === b.sessionId && a.questionKey === b.questionKey && a.hash === b.hash;
}
