/**
 * The reranker in a headless browser, for as long as it is wanted. One call is with the browser at a time; the others
 * wait here, so that a browser that dies takes one call with it at most, and that one is judged again in a new browser.
 * Verdicts are the same whenever they are made, so nothing is lost and nothing can come out twice.
 */
import { CallQueue } from '../../client/call-queue.ts';
import {
  checkDocuments,
  checkQuery,
  checkRerankOptions,
  type DocumentInput,
} from '../../client/check-arguments.ts';
import type { RerankCallbacks, RerankParameters } from '../../client/rerank-client.ts';
import type { LoadCallOptions } from '../../client/model-worker.ts';
import { checkSelection, type RerankResponse } from '../../client/rerank-result.ts';
import { isRank1Error } from '../../base/errors.ts';
import type { LoadedModel, LoadProgress } from '../../protocol/rerank-api.ts';
import { BrowserSession, type SessionSettings } from './browser-session.ts';
import { modelName } from './model-place.ts';
import { engineClosed, type RerankEngine } from './rerank-engine.ts';

/** A call that brings three browsers down is not given a fourth. */
const MAX_ATTEMPTS = 3;

interface LoadedSession {
  readonly session: BrowserSession;
  readonly model: LoadedModel;
}

export class BrowserEngine implements RerankEngine {
  readonly modelName: string;
  #numStarts = 0;
  #current: Promise<LoadedSession> | null = null;
  /** the last that was opened, loaded or not */
  #opened: BrowserSession | null = null;
  readonly #calls = new CallQueue();
  #closed = false;
  #onLoadProgress: ((progress: LoadProgress) => void) | undefined;

  readonly #settings: Omit<SessionSettings, 'onLoadProgress'>;

  /** Nothing is started before the first call. */
  constructor(settings: Omit<SessionSettings, 'onLoadProgress'>) {
    this.#settings = settings;

    this.modelName = modelName(settings.options.model);
  }

  get numRestarts(): number {
    return Math.max(0, this.#numStarts - 1);
  }

  load({ onProgress, signal }: LoadCallOptions = {}): Promise<LoadedModel> {
    this.#onLoadProgress = onProgress;
    return this.#calls.run(async () => (await this.#session()).model, signal);
  }

  async rerank<D extends DocumentInput>(
    call: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>> {
    const { query, documents, topN = Infinity, threshold = 0, signal } = call;
    checkQuery(query);
    checkDocuments(documents);
    checkSelection(call);
    checkRerankOptions(call);
    const response = await this.#calls.run(() => this.#judge(call), signal);
    const results = response.results.filter(({ score }) => score >= threshold).slice(0, topN);
    return { ...response, results };
  }

  /** A browser that died is started anew with the next call. */
  isReachable(): Promise<boolean> {
    return Promise.resolve(!this.#closed);
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Also one that is still loading: a large model may take minutes.
    await this.#opened?.close();
    await this.#current?.catch(() => undefined);
    this.#current = null;
  }

  async #judge<D extends DocumentInput>(
    call: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>> {
    for (let attempt = 1; ; attempt++) {
      let session: BrowserSession | null = null;
      try {
        ({ session } = await this.#session());
        return await session.rerank(call);
      } catch (error) {
        const isLost = isRank1Error(error, 'worker-failed') || isRank1Error(error, 'device-lost');
        if (!isLost) throw error;
        if (session) await this.#discard(session);
        if (attempt === MAX_ATTEMPTS || this.#closed) throw error;
      }
    }
  }

  async #session(): Promise<LoadedSession> {
    const current = await this.#current?.catch(() => null);
    if (current?.session.alive) return current;
    if (current) await this.#discard(current.session);
    if (this.#closed) throw engineClosed();
    this.#current = this.#open();
    return this.#current;
  }

  async #open(): Promise<LoadedSession> {
    this.#numStarts++;
    const session = await BrowserSession.open({
      ...this.#settings,
      onLoadProgress: (progress) => this.#onLoadProgress?.(progress),
    });
    this.#opened = session;
    try {
      if (this.#closed) throw engineClosed();
      return { session, model: await session.load(this.#settings.options) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async #discard(session: BrowserSession): Promise<void> {
    this.#current = null;
    await session.close();
  }
}
