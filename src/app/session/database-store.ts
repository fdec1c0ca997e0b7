/** Sessions in IndexedDB. */
import { msg } from '@lit/localize';
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { PageError } from '../shell/page-error.ts';
import { hashesOf, lastChangedFirst, type SessionStore, type WholeSession } from './session-store.ts';
import type { AskedQuestion, DecisionRecord, FileRecord, Judgement, SessionRecord } from './session-types.ts';

interface Schema extends DBSchema {
  sessions: { key: string; value: SessionRecord };
  files: { key: [string, number]; value: FileRecord };
  questions: { key: [string, string]; value: AskedQuestion };
  judgements: { key: string; value: Judgement; indexes: { hash: string } };
  decisions: { key: [string, string, string]; value: DecisionRecord };
}

const DATABASE = 'rank1-triage';
const STORES = ['sessions', 'files', 'questions', 'judgements', 'decisions'] as const;

export class DatabaseStore implements SessionStore {
  readonly isLasting = true;

  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /** @throws Rank1Error `storage` if the browser keeps no data, as in some private windows */
  static async open(): Promise<DatabaseStore> {
    try {
      const database = await openDB<Schema>(DATABASE, 2, {
        upgrade(db, before) {
          db.createObjectStore('questions', { keyPath: ['sessionId', 'questionKey'] });
          if (before === 1) return;
          db.createObjectStore('sessions', { keyPath: 'id' });
          db.createObjectStore('files', { keyPath: ['sessionId', 'id'] });
          db.createObjectStore('judgements', { keyPath: 'key' }).createIndex('hash', 'hash');
          db.createObjectStore('decisions', { keyPath: ['sessionId', 'questionKey', 'hash'] });
        },
      });
      return new DatabaseStore(database);
    } catch (error) {
      throw storageError(error);
    }
  }

  async listSessions(): Promise<SessionRecord[]> {
    return lastChangedFirst(await this.#database.getAll('sessions'));
  }

  async putSession(session: SessionRecord): Promise<void> {
    await this.#write(() => this.#database.put('sessions', session));
  }

  async putWholeSession({ session, files, questions, decisions, judgements }: WholeSession): Promise<void> {
    await this.#write(async () => {
      const transaction = this.#database.transaction(STORES, 'readwrite');
      const known = transaction.objectStore('judgements');
      await Promise.all([
        transaction.objectStore('sessions').put(session),
        ...files.map((file) => transaction.objectStore('files').put(file)),
        ...questions.map((question) => transaction.objectStore('questions').put(question)),
        ...decisions.map((decision) => transaction.objectStore('decisions').put(decision)),
        ...judgements.map(async (judgement) => {
          if ((await known.getKey(judgement.key)) === undefined) await known.put(judgement);
        }),
        transaction.done,
      ]);
    });
  }

  getFiles(sessionId: string): Promise<FileRecord[]> {
    return this.#database.getAll('files', ofSession(sessionId));
  }

  async putFiles(files: readonly FileRecord[]): Promise<void> {
    await this.#write(async () => {
      const transaction = this.#database.transaction('files', 'readwrite', { durability: 'relaxed' });
      await Promise.all([...files.map((file) => transaction.store.put(file)), transaction.done]);
    });
  }

  async deleteFile(file: FileRecord): Promise<Judgement[]> {
    const { sessionId, id } = file;
    const orphans = await this.#findOrphans(
      hashesOf([file]),
      (other) => other.sessionId !== sessionId || other.id !== id,
    );
    await this.#write(async () => {
      const transaction = this.#database.transaction(['files', 'judgements'], 'readwrite');
      await Promise.all([
        transaction.objectStore('files').delete([sessionId, id]),
        ...orphans.map(({ key }) => transaction.objectStore('judgements').delete(key)),
        transaction.done,
      ]);
    });
    return orphans;
  }

  getQuestions(sessionId: string): Promise<AskedQuestion[]> {
    return this.#database.getAll('questions', ofSession(sessionId));
  }

  async putQuestion(question: AskedQuestion): Promise<void> {
    await this.#write(() => this.#database.put('questions', question));
  }

  async getJudgements(keys: readonly string[]): Promise<(Judgement | undefined)[]> {
    const { store } = this.#database.transaction('judgements');
    return Promise.all(keys.map((key) => store.get(key)));
  }

  async putJudgements(judgements: readonly Judgement[]): Promise<void> {
    await this.#write(async () => {
      const transaction = this.#database.transaction('judgements', 'readwrite');
      await Promise.all([
        ...judgements.map((judgement) => transaction.store.put(judgement)),
        transaction.done,
      ]);
    });
  }

  getDecisions(sessionId: string): Promise<DecisionRecord[]> {
    return this.#database.getAll('decisions', ofSession(sessionId));
  }

  async putDecisions(decisions: readonly DecisionRecord[]): Promise<void> {
    await this.#write(async () => {
      const transaction = this.#database.transaction('decisions', 'readwrite');
      await Promise.all([...decisions.map((decision) => transaction.store.put(decision)), transaction.done]);
    });
  }

  async findJudgements(hashes: Iterable<string>): Promise<Judgement[]> {
    const wanted = new Set(hashes);
    const { store } = this.#database.transaction('judgements');
    // Once there are fewer judgements than texts, one bulk read is faster than a request per text.
    if ((await store.count()) <= wanted.size)
      return (await store.getAll()).filter(({ hash }) => wanted.has(hash));
    const found = await Promise.all([...wanted].map((hash) => store.index('hash').getAll(hash)));
    return found.flat();
  }

  /** Judgements of these texts that appear in no file for which `isKept` is true. */
  async #findOrphans(hashes: Set<string>, isKept: (file: FileRecord) => boolean): Promise<Judgement[]> {
    for (const { id } of await this.listSessions())
      for (const hash of hashesOf((await this.getFiles(id)).filter(isKept))) hashes.delete(hash);
    return this.findJudgements(hashes);
  }

  async deleteSession(sessionId: string): Promise<void> {
    const hashes = hashesOf(await this.getFiles(sessionId));
    const orphans = await this.#findOrphans(hashes, (file) => file.sessionId !== sessionId);
    await this.#write(async () => {
      const transaction = this.#database.transaction(STORES, 'readwrite');
      await Promise.all([
        transaction.objectStore('sessions').delete(sessionId),
        transaction.objectStore('files').delete(ofSession(sessionId)),
        transaction.objectStore('questions').delete(ofSession(sessionId)),
        transaction.objectStore('decisions').delete(ofSession(sessionId)),
        ...orphans.map(({ key }) => transaction.objectStore('judgements').delete(key)),
        transaction.done,
      ]);
    });
  }

  close(): void {
    this.#database.close();
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

function storageError(error: unknown): PageError {
  const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
  return new PageError(
    'storage',
    isFull
      ? msg(
          'The browser has no room left to keep this session. Delete an old session, or free some disk space.',
        )
      : msg(
          'The browser does not let this page keep anything, as in some private windows. What you do here is lost when the page is closed.',
        ),
    { cause: error },
  );
}
