/**
 * Session storage. Files and decisions belong to one session. Judgements are shared, so that each text is judged once
 * per question, and are deleted with the text's last occurrence in any session.
 */
import type { AskedQuestion, DecisionRecord, FileRecord, Judgement, SessionRecord } from './session-types.ts';

/** A complete session, as read from a file. */
export interface WholeSession {
  readonly session: SessionRecord;
  readonly files: readonly FileRecord[];
  readonly questions: readonly AskedQuestion[];
  readonly decisions: readonly DecisionRecord[];
  readonly judgements: readonly Judgement[];
}

/** Failed writes reject with a Rank1Error `storage` that says what was lost. */
export interface SessionStore {
  /** Whether data outlives the page. */
  readonly isLasting: boolean;
  /** Most recently changed first. */
  listSessions(): Promise<SessionRecord[]>;
  putSession(session: SessionRecord): Promise<void>;
  /** Atomic. Existing judgements are kept. */
  putWholeSession(whole: WholeSession): Promise<void>;
  getFiles(sessionId: string): Promise<FileRecord[]>;
  putFiles(files: readonly FileRecord[]): Promise<void>;
  /** Atomic. Also deletes the judgements of texts that are then in no file of any session; returns those judgements. */
  replaceFiles(old: readonly FileRecord[], files: readonly FileRecord[]): Promise<Judgement[]>;
  getQuestions(sessionId: string): Promise<AskedQuestion[]>;
  putQuestion(question: AskedQuestion): Promise<void>;
  getJudgements(keys: readonly string[]): Promise<(Judgement | undefined)[]>;
  putJudgements(judgements: readonly Judgement[]): Promise<void>;
  getDecisions(sessionId: string): Promise<DecisionRecord[]>;
  putDecisions(decisions: readonly DecisionRecord[]): Promise<void>;
  /** Judgements of these texts, for any question. */
  findJudgements(hashes: Iterable<string>): Promise<Judgement[]>;
  /** Permanently deletes a session, atomically, with the judgements of texts that no other session holds. */
  deleteSession(sessionId: string): Promise<void>;
  close(): void;
}

export function hashesOf(files: readonly FileRecord[]): Set<string> {
  return new Set(files.flatMap(({ passages }) => passages.map(({ hash }) => hash)));
}

export function lastChangedFirst(sessions: SessionRecord[]): SessionRecord[] {
  return sessions.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
}
