/**
 * The session that is open on the page: one at a time, and only while no other tab has it. Says so when what is displayed
 * of it changes.
 */
import { msg } from '@lit/localize';
import type { JudgingModels } from '../session/judging-run.ts';
import { tryLockSession, waitForSession, type SessionLock } from '../session/session-lock.ts';
import type { SessionStore } from '../session/session-store.ts';
import { newSession, type SessionRecord } from '../session/session-types.ts';
import { TriageSession } from '../session/triage-session.ts';

export interface OpenSessionListeners {
  /** called before the session is shown */
  readonly onOpen: (session: TriageSession) => void;
  readonly onChange: () => void;
}

export class OpenSession {
  session: TriageSession | null = null;
  /** all that are stored, most recently changed first */
  sessions: readonly SessionRecord[] = [];
  /** requested here but open in another tab */
  awaited: SessionRecord | null = null;
  #lock: SessionLock | null = null;
  #wait = new AbortController();

  readonly store: SessionStore;
  readonly #models: () => JudgingModels;
  readonly #listeners: OpenSessionListeners;

  /** @param models called for every session that is opened */
  constructor(store: SessionStore, models: () => JudgingModels, listeners: OpenSessionListeners) {
    this.store = store;
    this.#models = models;
    this.#listeners = listeners;
  }

  /** Opens the session that was changed last, or a new one if there is none. */
  async openLast(): Promise<void> {
    const [last] = await this.store.listSessions();
    if (last) await this.#openWhenFree(last);
    else await this.openNew();
  }

  async openById(id: string): Promise<void> {
    const record = await this.#find(id);
    if (record) await this.#openWhenFree(record);
  }

  async openNew(): Promise<void> {
    const record = newSession(msg('Untitled session'));
    await this.store.putSession(record);
    await this.#openWhenFree(record);
  }

  /** Deletes the open session for good, and opens another. */
  async delete(): Promise<void> {
    const id = this.session?.record.id;
    if (id === undefined) return;
    const deleting = this.#close(() => this.store.deleteSession(id));
    this.session = null;
    this.#listeners.onChange();
    await deleting;
    await this.openLast();
  }

  /** Ends all work, and closes the store after its last write. */
  async dispose(): Promise<void> {
    this.#wait.abort();
    await this.#close(async () => this.store.close());
  }

  async #openWhenFree(record: SessionRecord): Promise<void> {
    this.#wait.abort();
    this.#await(null);
    const { signal } = (this.#wait = new AbortController());
    let lock = await tryLockSession(record.id);
    if (!lock) {
      this.#await(record);
      lock = await waitForSession(record.id, signal);
    }
    if (!lock) return;
    this.#await(null);
    // The other tab may have changed or deleted it.
    const current = await this.#find(record.id);
    if (current) return this.#open(current, lock);
    lock.release();
    if (!this.session) await this.openLast();
  }

  async #open(record: SessionRecord, lock: SessionLock): Promise<void> {
    const opening = TriageSession.open(record, { store: this.store, ...this.#models() });
    opening.catch(() => lock.release()); // rethrown below
    const session = await opening;
    void this.#close();
    this.#lock = lock;
    this.#listeners.onOpen(session);
    this.session = session;
    this.#listeners.onChange();
    this.sessions = await this.store.listSessions();
    this.#listeners.onChange();
  }

  async #find(id: string): Promise<SessionRecord | undefined> {
    return (await this.store.listSessions()).find((candidate) => candidate.id === id);
  }

  /** @param last runs when the session's last write has finished, and before another tab can open it */
  async #close(last?: () => Promise<void>): Promise<void> {
    const { session } = this;
    const lock = this.#lock;
    this.#lock = null;
    try {
      await session?.close();
      await last?.();
    } finally {
      lock?.release();
    }
  }

  #await(record: SessionRecord | null): void {
    this.awaited = record;
    this.#listeners.onChange();
  }
}
