/** The user's decisions in one session: about a text and a question; another question needs new ones. */
import type { Passage } from './passage-table.ts';
import type { Decision, DecisionRecord } from './session-types.ts';
import type { UndoHistory } from './undo-history.ts';

export interface DecisionChange {
  readonly decision?: Decision | null;
  readonly note?: string;
}

export class SessionDecisions {
  /** of the current question */
  questionKey = '';
  /** keyed by question and text */
  readonly #records = new Map<string, DecisionRecord>();

  readonly #sessionId: string;
  readonly #history: UndoHistory;
  readonly #store: (records: readonly DecisionRecord[]) => Promise<void>;

  constructor(
    sessionId: string,
    history: UndoHistory,
    store: (records: readonly DecisionRecord[]) => Promise<void>,
  ) {
    this.#sessionId = sessionId;
    this.#history = history;
    this.#store = store;
  }

  take(records: readonly DecisionRecord[]): void {
    for (const record of records) this.#records.set(recordKey(record), record);
  }

  of({ hash }: Passage): DecisionRecord | undefined {
    return this.#records.get(recordKey({ questionKey: this.questionKey, hash }));
  }

  /** The texts that have a decision or a note under a question. */
  decidedUnder(questionKey: string): string[] {
    return [...this.#records.values()]
      .filter((record) => record.questionKey === questionKey)
      .filter(({ decision, note }) => decision !== null || note !== '')
      .map(({ hash }) => hash);
  }

  /** Decides on all of these as one undoable step. */
  async decide(passages: readonly Passage[], change: DecisionChange): Promise<void> {
    const before = passages.map((passage) => this.of(passage) ?? this.#undecided(passage));
    const kind = change.note === undefined ? 'decision' : 'note';
    this.#history.add({ kind, count: passages.length, undo: () => this.#put(before) });
    await this.#put(before.map((record) => ({ ...record, ...change })));
  }

  #undecided({ hash }: Passage): DecisionRecord {
    return { sessionId: this.#sessionId, questionKey: this.questionKey, hash, decision: null, note: '' };
  }

  async #put(records: readonly DecisionRecord[]): Promise<void> {
    this.take(records);
    await this.#store(records);
  }
}

function recordKey({ questionKey, hash }: Pick<DecisionRecord, 'questionKey' | 'hash'>): string {
  return `${questionKey}:${hash}`;
}
