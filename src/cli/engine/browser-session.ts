/**
 * One headless Chromium with the model loaded, from its start to its end. It does not outlive its browser: when that
 * dies, every call rejects with `worker-failed`, and whoever owns the session opens another.
 */
import type { Browser, Page } from 'playwright-core';
import type { RerankCallbacks, RerankParameters } from '../../client/rerank-client.ts';
import { checkRerankOptions, type DocumentInput } from '../../client/check-arguments.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import { Rank1Error, type Rank1ErrorCode } from '../../base/errors.ts';
import type { LoadedModel, LoadProgress } from '../../protocol/rerank-api.ts';
import type {
  BrowserReport,
  EngineGlobals,
  Outcome,
  PageProgress,
  PageRequest,
  PageResponse,
} from '../page/engine-api.ts';
import type { EngineOptions } from './engine-options.ts';
import { launchChromium } from './launch-chromium.ts';
import { modelPlace } from './model-place.ts';
import type { PageScripts } from './page-scripts.ts';
import { PageServer } from './page-server.ts';

export interface SessionSettings {
  readonly options: EngineOptions;
  readonly ortFolder: string;
  readonly scripts: PageScripts;
  readonly onLoadProgress?: ((progress: LoadProgress) => void) | undefined;
}

type Call<D extends DocumentInput> = RerankParameters<D> & RerankCallbacks;

/**
 * Characters of texts after which the page is told to collect its garbage. By itself it lets hundreds of megabytes of texts
 * that nobody holds any more pile up, as it sees no need.
 */
const COLLECT_EVERY = 16e6;

export class BrowserSession {
  #lastId = 0;
  #numCharactersHeld = 0;
  #alive = true;
  readonly #updates = new Map<number, Call<DocumentInput>['onUpdate']>();
  readonly #lost: Promise<never>;
  #lose!: (error: Rank1Error) => void;

  readonly #browser: Browser;
  readonly #page: Page;
  readonly #server: PageServer;
  readonly #onLoadProgress: SessionSettings['onLoadProgress'];

  private constructor(
    browser: Browser,
    page: Page,
    server: PageServer,
    onLoadProgress: SessionSettings['onLoadProgress'],
  ) {
    this.#browser = browser;
    this.#page = page;
    this.#server = server;
    this.#onLoadProgress = onLoadProgress;

    this.#lost = new Promise((_, reject) => (this.#lose = reject));
    this.#lost.catch(() => undefined); // told by the call in flight, or by the next one
    const onLost = (): void => {
      this.#alive = false;
      this.#lose(browserStopped());
    };
    browser.on('disconnected', onLost);
    page.on('crash', onLost);
    page.on('close', onLost);
  }

  /** A browser with the page in it; the model is not loaded yet. @throws Rank1Error */
  static async open(settings: SessionSettings): Promise<BrowserSession> {
    const { options, ortFolder, scripts } = settings;
    const place = await modelPlace(options.model);
    const server = await PageServer.start(scripts, { ort: ortFolder, model: place.folder }, place.origin);
    try {
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(0);
        const session = new BrowserSession(browser, page, server, settings.onLoadProgress);
        await page.exposeFunction('rank1Progress', (progress: PageProgress) => session.#take(progress));
        await page.goto(server.url);
        return session;
      } catch (error) {
        const isLost = !browser.isConnected();
        await browser.close();
        throw isLost ? browserStopped() : error;
      }
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** False when the browser is gone. */
  get alive(): boolean {
    return this.#alive;
  }

  get browserVersion(): string {
    return this.#browser.version();
  }

  async load({ model, device, dtype }: EngineOptions): Promise<LoadedModel> {
    const { url } = await modelPlace(model);
    const options = {
      model: url ?? `${this.#server.url}model/`,
      device,
      assetsUrl: `${this.#server.url}ort/`,
      ...(dtype !== undefined && { dtype }),
    };
    return valueOf(
      await this.#guard(
        this.#page.evaluate((given) => (globalThis as EngineGlobals).rank1Engine!.load(given), options),
      ),
    );
  }

  async rerank<D extends DocumentInput>(call: Call<D>): Promise<RerankResponse<D>> {
    const { query, documents, signal, onUpdate } = call;
    const id = ++this.#lastId;
    const request: PageRequest = {
      id,
      query,
      documents: documents.map((document) =>
        typeof document === 'string'
          ? { text: document }
          : {
              text: document.text,
              ...(document.title !== undefined && { title: document.title }),
            },
      ),
      options: checkRerankOptions(call),
      reportsProgress: onUpdate !== undefined,
    };
    this.#updates.set(id, onUpdate);
    const onAbort = (): void =>
      void this.#page
        .evaluate((aborted) => (globalThis as EngineGlobals).rank1Engine!.abort(aborted), id)
        .catch(() => undefined);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const outcome = await this.#guard(
        this.#page.evaluate((sent) => (globalThis as EngineGlobals).rank1Engine!.rerank(sent), request),
      );
      await this.#collectNowAndThen(request);
      signal?.throwIfAborted();
      return withDocuments(valueOf(outcome), documents);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#updates.delete(id);
    }
  }

  inspect(): Promise<BrowserReport> {
    return this.#guard(this.#page.evaluate(() => (globalThis as EngineGlobals).rank1Engine!.inspect()));
  }

  async close(): Promise<void> {
    this.#alive = false;
    this.#server.close();
    await this.#browser.close().catch(() => undefined);
  }

  async #collectNowAndThen({ query, documents }: PageRequest): Promise<void> {
    this.#numCharactersHeld += documents.reduce((sum, { text }) => sum + text.length, query.length);
    if (this.#numCharactersHeld < COLLECT_EVERY) return;
    this.#numCharactersHeld = 0;
    await this.#guard(this.#page.requestGC());
  }

  #take(progress: PageProgress): void {
    if (progress.type === 'load') this.#onLoadProgress?.(progress.progress);
    else this.#updates.get(progress.id)?.(progress.updates, progress.stats);
  }

  async #guard<T>(call: Promise<T>): Promise<T> {
    try {
      return await Promise.race([call, this.#lost]);
    } catch (error) {
      // A call may fail of the browser's end a moment before the end is told.
      if (!(error instanceof Rank1Error) && !this.#browser.isConnected()) return this.#lost;
      throw error;
    }
  }
}

function withDocuments<D extends DocumentInput>(
  { results, unjudged, ...rest }: PageResponse,
  documents: readonly D[],
): RerankResponse<D> {
  const withDocument = <T extends { readonly index: number }>(result: T) => {
    const document = documents[result.index]!;
    const { id, metadata } = typeof document === 'string' ? {} : document;
    return { ...result, id, document, metadata };
  };
  return { ...rest, results: results.map(withDocument), unjudged: unjudged.map(withDocument) };
}

function browserStopped(): Rank1Error {
  return new Rank1Error('worker-failed', 'The browser that runs the model stopped. Try again.');
}

function valueOf<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  const { name, message, code } = outcome.failure;
  if (code !== undefined) throw new Rank1Error(code as Rank1ErrorCode, message);
  if (name === 'TypeError') throw new TypeError(message);
  if (name === 'RangeError') throw new RangeError(message);
  throw new Error(message);
}
