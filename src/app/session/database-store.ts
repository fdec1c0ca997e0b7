/** Sessions in IndexedDB. */
import { msg } from '@lit/localize';
import {
  openDB,
  type DBSchema,
  type IDBPDatabase,
  type IDBPObjectStore,
  type IDBPTransaction,
  type StoreNames,
} from 'idb';
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

  replaceFiles(old: readonly FileRecord[], files: readonly FileRecord[]): Promise<Judgement[]> {
    return this.#write(async () => {
      const transaction = this.#database.transaction(['files', 'judgements'], 'readwrite');
      const stored = transaction.objectStore('files');
      const changes = [
        ...files.map((file) => stored.put(file)),
        ...old.map(({ sessionId, id }) => stored.delete([sessionId, id])),
      ];
      const deletion = deleteOrphans(transaction, hashesOf(old));
      const [orphans] = await Promise.all([deletion, ...changes, transaction.done]);
      return orphans;
    });
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
    return judgementsOf(new Set(hashes), this.#database.transaction('judgements').store);
  }

  async deleteSession(sessionId: string): Promise<void> {
    await this.#write(async () => {
      const transaction = this.#database.transaction(STORES, 'readwrite');
      const files = transaction.objectStore('files');
      const deleteAll = async (): Promise<void> => {
        const hashes = hashesOf(await files.getAll(ofSession(sessionId)));
        await files.delete(ofSession(sessionId));
        await deleteOrphans(transaction, hashes);
      };
      await Promise.all([
        transaction.objectStore('sessions').delete(sessionId),
        transaction.objectStore('questions').delete(ofSession(sessionId)),
        transaction.objectStore('decisions').delete(ofSession(sessionId)),
        deleteAll(),
        transaction.done,
      ]);
    });
  }

  close(): void {
    this.#database.close();
  }

  async #write<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      throw storageError(error);
    }
  }
}

type Judgements<Mode extends IDBTransactionMode> = IDBPObjectStore<
  Schema,
  ArrayLike<StoreNames<Schema>>,
  'judgements',
  Mode
>;

async function judgementsOf(
  hashes: ReadonlySet<string>,
  judgements: Judgements<IDBTransactionMode>,
): Promise<Judgement[]> {
  // Once there are fewer judgements than texts, one bulk read is faster than a request per text.
  if ((await judgements.count()) <= hashes.size)
    return (await judgements.getAll()).filter(({ hash }) => hashes.has(hash));
  const found = await Promise.all([...hashes].map((hash) => judgements.index('hash').getAll(hash)));
  return found.flat();
}

/**
 * Deletes the judgements of those texts that are in no file. Within the transaction that deleted their files: a file that
 * is stored meanwhile keeps its judgements.
 */
async function deleteOrphans(
  transaction: IDBPTransaction<Schema, ArrayLike<StoreNames<Schema>>, 'readwrite'>,
  hashes: Set<string>,
): Promise<Judgement[]> {
  const files = transaction.objectStore('files');
  const judgements = transaction.objectStore('judgements');
  const sessionIds = new Set((await files.getAllKeys()).map(([sessionId]) => sessionId));
  for (const id of sessionIds)
    for (const hash of hashesOf(await files.getAll(ofSession(id)))) hashes.delete(hash);
  const orphans = await judgementsOf(hashes, judgements);
  await Promise.all(orphans.map(({ key }) => judgements.delete(key)));
  return orphans;
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
