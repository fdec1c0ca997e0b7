/**
 * Sessions in IndexedDB. Files and decisions belong to one session; judgements are shared by all, so that a text is
 * judged once under a question, and go when the last session that holds the text is deleted.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { Rank1Error } from '../../errors.ts';
import type { DecisionRecord, FileRecord, Judgement, SessionRecord } from './session-types.ts';

interface Schema extends DBSchema {
  sessions: { key: string; value: SessionRecord };
  files: { key: [string, number]; value: FileRecord };
  judgements: { key: string; value: Judgement; indexes: { hash: string } };
  decisions: { key: [string, string, string]; value: DecisionRecord };
}

const DATABASE = 'rank1-triage';

export class SessionStore {
  private constructor(private readonly database: IDBPDatabase<Schema>) {}

  /** @throws Rank1Error `storage` where the browser keeps nothing, as some private windows do */
  static async open(): Promise<SessionStore> {
    try {
      const database = await openDB<Schema>(DATABASE, 1, {
        upgrade(db) {
          db.createObjectStore('sessions', { keyPath: 'id' });
          db.createObjectStore('files', { keyPath: ['sessionId', 'id'] });
          db.createObjectStore('judgements', { keyPath: 'key' }).createIndex('hash', 'hash');
          db.createObjectStore('decisions', { keyPath: ['sessionId', 'questionKey', 'hash'] });
        },
      });
      return new SessionStore(database);
    } catch (error) {
      throw storageError(error);
    }
  }

  /** Last changed first. */
  async listSessions(): Promise<SessionRecord[]> {
    const sessions = await this.database.getAll('sessions');
    return sessions.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  }

  async putSession(session: SessionRecord): Promise<void> {
    await this.#write(() => this.database.put('sessions', session));
  }

  getFiles(sessionId: string): Promise<FileRecord[]> {
    return this.database.getAll('files', ofSession(sessionId));
  }

  async putFiles(files: readonly FileRecord[]): Promise<void> {
    await this.#write(async () => {
      const transaction = this.database.transaction('files', 'readwrite', { durability: 'relaxed' });
      await Promise.all([...files.map((file) => transaction.store.put(file)), transaction.done]);
    });
  }

  async getJudgements(keys: readonly string[]): Promise<(Judgement | undefined)[]> {
    const { store } = this.database.transaction('judgements');
    return Promise.all(keys.map((key) => store.get(key)));
  }

  async putJudgements(judgements: readonly Judgement[]): Promise<void> {
    await this.#write(async () => {
      const transaction = this.database.transaction('judgements', 'readwrite');
      await Promise.all([
        ...judgements.map((judgement) => transaction.store.put(judgement)),
        transaction.done,
      ]);
    });
  }

  getDecisions(sessionId: string): Promise<DecisionRecord[]> {
    return this.database.getAll('decisions', ofSession(sessionId));
  }

  async putDecisions(decisions: readonly DecisionRecord[]): Promise<void> {
    await this.#write(async () => {
      const transaction = this.database.transaction('decisions', 'readwrite');
      await Promise.all([...decisions.map((decision) => transaction.store.put(decision)), transaction.done]);
    });
  }

  /** Judgements of these texts, under whatever question. */
  async findJudgements(hashes: Iterable<string>): Promise<Judgement[]> {
    const index = this.database.transaction('judgements').store.index('hash');
    const found = await Promise.all([...hashes].map((hash) => index.getAll(hash)));
    return found.flat();
  }

  /** Deletes a session for good, in one step: its texts, decisions, and judgements of texts that no other session holds. */
  async deleteSession(sessionId: string): Promise<void> {
    const others = (await this.listSessions()).filter(({ id }) => id !== sessionId);
    const hashes = hashesOf(await this.getFiles(sessionId));
    for (const { id } of others) for (const hash of hashesOf(await this.getFiles(id))) hashes.delete(hash);
    const orphans = await this.findJudgements(hashes);
    await this.#write(async () => {
      const transaction = this.database.transaction(
        ['sessions', 'files', 'judgements', 'decisions'],
        'readwrite',
      );
      await Promise.all([
        transaction.objectStore('sessions').delete(sessionId),
        transaction.objectStore('files').delete(ofSession(sessionId)),
        transaction.objectStore('decisions').delete(ofSession(sessionId)),
        ...orphans.map(({ key }) => transaction.objectStore('judgements').delete(key)),
        transaction.done,
      ]);
    });
  }

  close(): void {
    this.database.close();
  }

  async #write(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw storageError(error);
    }
  }
}

function ofSession(sessionId: string): IDBKeyRange {
  return IDBKeyRange.bound([sessionId], [sessionId, []]);
}

function hashesOf(files: readonly FileRecord[]): Set<string> {
  return new Set(files.flatMap(({ passages }) => passages.map(({ hash }) => hash)));
}

function storageError(error: unknown): Rank1Error {
  const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
  return new Rank1Error(
    'storage',
    isFull
      ? 'The browser has no room left to keep this session. Delete an old session, or free some disk space.'
      : 'The browser does not let this page keep anything, as in some private windows. What you do here is lost when the page is closed.',
    { cause: error },
  );
}
