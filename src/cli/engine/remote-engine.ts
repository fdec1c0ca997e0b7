/**
 * The engine on a server with OpenAI's completions. A client of the library runs one call at a time, so there are several:
 * calls of few documents share the server as one call of many would. What is sent at once is bounded over all of them.
 */
import { CallQueue } from '../../client/call-queue.ts';
import type { DocumentInput } from '../../client/check-arguments.ts';
import type { LoadCallOptions } from '../../client/model-worker.ts';
import type { RerankCallbacks, RerankClient, RerankParameters } from '../../client/rerank-client.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import { createReranker, type RemoteRerankerOptions } from '../../index.ts';
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import { CompletionClient } from '../../remote/completion-client.ts';
import { checkRemoteOptions } from '../../remote/remote-options.ts';
import type { EndpointOptions } from './engine-options.ts';
import { engineClosed, type RerankEngine } from './rerank-engine.ts';

/** Documents in flight, of all calls together, where calls do not say; the library's own default. */
const MAX_IN_FLIGHT = 16;
/** Of a probe. */
const PROBE_TIMEOUT_MS = 5000;
/** Probes come as often as they like; the server is asked no more often than this. */
const PROBE_EVERY_MS = 5000;

/** What tests shorten; see `RemoteOptions`. */
export type RemoteTimes = Pick<RemoteRerankerOptions, 'maxAttempts' | 'retryDelayMs'>;

export class RemoteEngine implements RerankEngine {
  readonly modelName: string;
  readonly numRestarts = 0;
  readonly #options: RemoteRerankerOptions;
  readonly #prober: CompletionClient;
  readonly #calls = new CallQueue();
  readonly #clients: RerankClient[] = [];
  readonly #idle: RerankClient[] = [];
  #closed = false;
  #probe: { readonly askedAt: number; readonly answer: Promise<boolean> } | null = null;

  /** @throws TypeError or RangeError when the options describe no server */
  constructor(
    { endpoint, remoteModel, allowInsecureKey }: EndpointOptions,
    apiKey: string | undefined,
    times: RemoteTimes = {},
  ) {
    this.#options = {
      endpoint,
      ...times,
      ...(allowInsecureKey !== undefined && { allowInsecureKey }),
      ...(remoteModel !== undefined && { remoteModel }),
      ...(apiKey !== undefined && { apiKey }),
    };
    this.#prober = new CompletionClient(checkRemoteOptions(this.#options));
    this.modelName = remoteModel ?? new URL(endpoint).host;
  }

  load(options: LoadCallOptions = {}): Promise<LoadedModel> {
    return this.#calls.run(() => this.#withClient((client) => client.load(options)), options.signal);
  }

  rerank<D extends DocumentInput>(call: RerankParameters<D> & RerankCallbacks): Promise<RerankResponse<D>> {
    const room = call.maxSlots ?? MAX_IN_FLIGHT;
    const width = Math.min(room, Math.max(1, call.documents.length));
    const judge = () => this.#withClient((client) => client.rerank(call));
    return this.#calls.run(judge, call.signal, { width, room });
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
    for (const client of this.#clients) client.dispose();
    return Promise.resolve();
  }

  async #withClient<T>(task: (client: RerankClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw engineClosed();
    const client = this.#idle.pop() ?? this.#addClient();
    try {
      return await task(client);
    } finally {
      this.#idle.push(client);
    }
  }

  #addClient(): RerankClient {
    const client = createReranker(this.#options);
    this.#clients.push(client);
    return client;
  }
}
