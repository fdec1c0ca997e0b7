/** The engine on a server with OpenAI's completions. Runs follow one another; the server batches within each. */
import type { DocumentInput } from '../../client/check-arguments.ts';
import type { LoadCallOptions } from '../../client/model-worker.ts';
import type { RerankCallbacks, RerankClient, RerankParameters } from '../../client/rerank-client.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import { createReranker } from '../../index.ts';
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import type { EndpointOptions } from './engine-options.ts';
import type { RerankEngine } from './rerank-engine.ts';

export class RemoteEngine implements RerankEngine {
  readonly modelName: string;
  readonly numRestarts = 0;
  readonly #client: RerankClient;

  /** @throws TypeError or RangeError when the options describe no server */
  constructor({ endpoint, remoteModel }: EndpointOptions, apiKey: string | undefined) {
    this.#client = createReranker({
      endpoint,
      ...(remoteModel !== undefined && { remoteModel }),
      ...(apiKey !== undefined && { apiKey }),
    });
    this.modelName = remoteModel ?? new URL(endpoint).host;
  }

  load(options: LoadCallOptions = {}): Promise<LoadedModel> {
    return this.#client.load(options);
  }

  rerank<D extends DocumentInput>(call: RerankParameters<D> & RerankCallbacks): Promise<RerankResponse<D>> {
    return this.#client.rerank(call);
  }

  close(): Promise<void> {
    this.#client.dispose();
    return Promise.resolve();
  }
}
