/**
 * Where sessions are kept. Files and decisions belong to one session; judgements are shared by all, so that a text is
 * judged once under a question, and go when the last session that holds the text is deleted.
 */
import type { AskedQuestion, DecisionRecord, FileRecord, Judgement, SessionRecord } from './session-types.ts';

/** All of a session, as it comes out of a file. */
export interface WholeSession {
  readonly session: SessionRecord;
  readonly files: readonly FileRecord[];
  readonly questions: readonly AskedQuestion[];
  readonly decisions: readonly DecisionRecord[];
  readonly judgements: readonly Judgement[];
}

/** Writes reject with a Rank1Error `storage` that says what is lost. */
export interface SessionStore {
  /** What is written outlives the page. */
  readonly isLasting: boolean;
  /** Last changed first. */
  listSessions(): Promise<SessionRecord[]>;
  putSession(session: SessionRecord): Promise<void>;
  /** All of it or nothing. Judgements that are there already stay as they are. */
  putWholeSession(whole: WholeSession): Promise<void>;
  getFiles(sessionId: string): Promise<FileRecord[]>;
  putFiles(files: readonly FileRecord[]): Promise<void>;
  /** Deletes a file, and the judgements of texts that are in no other; returns those. */
  deleteFile(file: FileRecord): Promise<Judgement[]>;
  getQuestions(sessionId: string): Promise<AskedQuestion[]>;
  putQuestion(question: AskedQuestion): Promise<void>;
  getJudgements(keys: readonly string[]): Promise<(Judgement | undefined)[]>;
  putJudgements(judgements: readonly Judgement[]): Promise<void>;
  getDecisions(sessionId: string): Promise<DecisionRecord[]>;
  putDecisions(decisions: readonly DecisionRecord[]): Promise<void>;
  /** Judgements of these texts, under whatever question. */
  findJudgements(hashes: Iterable<string>): Promise<Judgement[]>;
  /** Deletes a session for good, in one step, with the judgements of texts that no other session holds. */
  deleteSession(sessionId: string): Promise<void>;
  close(): void;
}

export function hashesOf(files: readonly FileRecord[]): Set<string> {
  return new Set(files.flatMap(({ passages }) => passages.map(({ hash }) => hash)));
}

export function lastChangedFirst(sessions: SessionRecord[]): SessionRecord[] {
  return sessions.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
}
