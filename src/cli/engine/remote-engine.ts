/**
 * The engine on a server with an OpenAI-compatible completions API. Concurrent calls share the server, which
 * batches them.
 */
import type { DocumentInput } from '../../client/check-arguments.ts';
import type { Reranker } from '../../client/reranker.ts';
import type { LoadCallOptions, RerankCallbacks, RerankParameters } from '../../client/reranker-options.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import { createReranker } from '../../index.ts';
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import { CompletionClient } from '../../remote/completion-client.ts';
import { checkRemoteOptions, type RemoteOptions } from '../../remote/remote-options.ts';
import { engineClosed, type RerankEngine } from './rerank-engine.ts';

/** Timeout of a probe. */
const PROBE_TIMEOUT_MS = 5000;
/** Minimum interval between requests to the server, however often probes arrive. */
const PROBE_EVERY_MS = 5000;

export class RemoteEngine implements RerankEngine {
  readonly modelName: string;
  readonly numRestarts = 0;
  readonly #reranker: Reranker;
  readonly #prober: CompletionClient;
  #closed = false;
  #probe: { readonly askedAt: number; readonly answer: Promise<boolean> } | null = null;

  /** @throws TypeError or RangeError for invalid options */
  constructor(options: RemoteOptions) {
    this.#prober = new CompletionClient(checkRemoteOptions(options));
    this.#reranker = createReranker(options);
    this.modelName = options.remoteModel ?? new URL(options.endpoint).host;
  }

  async load(options: LoadCallOptions = {}): Promise<LoadedModel> {
    if (this.#closed) throw engineClosed();
    return this.#reranker.load(options);
  }

  async rerank<D extends DocumentInput>(
    call: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>> {
    if (this.#closed) throw engineClosed();
    return this.#reranker.rerank(call);
  }

  isReachable(): Promise<boolean> {
    const now = performance.now();
    if (!this.#probe || now - this.#probe.askedAt > PROBE_EVERY_MS) {
      const asked = this.#prober.models(AbortSignal.timeout(PROBE_TIMEOUT_MS));
      const answer = asked.then(
        (models) => models.length > 0,
        () => false,
      );
      this.#probe = { askedAt: now, answer };
    }
    return this.#probe.answer;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#reranker.dispose();
    return Promise.resolve();
  }
}
