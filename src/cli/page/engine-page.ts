/** The page in the command line's headless browser: the public API, made callable from Node. Never shown. */
import { createReranker } from '../../client/create-reranker.ts';
import type { RerankClient } from '../../client/rerank-client.ts';
import { isRank1Error } from '../../base/errors.ts';
import type { LoadOptions, LoadProgress } from '../../protocol/rerank-api.ts';
import type {
  BrowserReport,
  EngineApi,
  EngineGlobals,
  Outcome,
  PageFailure,
  PageRequest,
  PageResponse,
} from './engine-api.ts';

const globals = globalThis as EngineGlobals;

class EnginePage implements EngineApi {
  #client: RerankClient | null = null;
  readonly #running = new Map<number, AbortController>();

  load(options: LoadOptions) {
    return outcomeOf(async () => {
      this.#client ??= createReranker({ ...options, createWorker });
      return this.#client.load({ onProgress: throttledProgress() });
    });
  }

  rerank({ id, query, documents, options, reportsProgress }: PageRequest) {
    const controller = new AbortController();
    this.#running.set(id, controller);
    return outcomeOf(async (): Promise<PageResponse> => {
      if (!this.#client) throw new TypeError('load comes first');
      const { results, unjudged, ...rest } = await this.#client.rerank({
        ...options,
        query,
        documents,
        signal: controller.signal,
        ...(reportsProgress && {
          onUpdate: (updates, stats) => {
            // Chains stay here until they are whole: a message a token would take longer than the token.
            const finished = updates.filter(({ type }) => type === 'finished');
            if (finished.length > 0)
              void globals.rank1Progress?.({ type: 'finished', id, updates: finished, stats });
          },
        }),
      });
      return { ...rest, results: results.map(withoutDocument), unjudged: unjudged.map(withoutDocument) };
    }).finally(() => this.#running.delete(id));
  }

  abort(id: number): void {
    this.#running.get(id)?.abort();
  }

  async inspect(): Promise<BrowserReport> {
    const adapter = await (navigator as { gpu?: GPU }).gpu?.requestAdapter().catch(() => null);
    const estimate = await navigator.storage?.estimate().catch(() => null);
    return {
      crossOriginIsolated: globalThis.crossOriginIsolated,
      numProcessors: navigator.hardwareConcurrency,
      storageBytes: estimate?.quota ?? null,
      adapter: adapter
        ? {
            name: [adapter.info.vendor, adapter.info.architecture, adapter.info.description]
              .filter(Boolean)
              .join(' '),
            isSoftware: adapter.info.isFallbackAdapter || adapter.info.architecture === 'swiftshader',
            features: [...adapter.features].sort(),
            maxBufferBytes: adapter.limits.maxBufferSize,
          }
        : null,
    };
  }
}

function createWorker(): Worker {
  return new Worker(new URL('worker.js', document.baseURI), { type: 'module', name: 'rank1-rerank' });
}

/** The first and the last of each stage, and one now and then between. */
function throttledProgress(): (progress: LoadProgress) => void {
  let shown = { stage: '', share: 0 };
  return (progress) => {
    const { stage, loadedBytes, totalBytes } = progress;
    const share = totalBytes > 0 ? loadedBytes / totalBytes : 0;
    if (stage === shown.stage && share < 1 && share - shown.share < 0.01) return;
    shown = { stage, share };
    void globals.rank1Progress?.({ type: 'load', progress });
  };
}

function withoutDocument<T extends { document: unknown; id: unknown; metadata: unknown }>({
  document: _document,
  id: _id,
  metadata: _metadata,
  ...rest
}: T) {
  return rest;
}

async function outcomeOf<T>(task: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await task() };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

function describeFailure(error: unknown): PageFailure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return isRank1Error(error) ? { name, message, code: error.code } : { name, message };
}

globals.rank1Engine = new EnginePage();
