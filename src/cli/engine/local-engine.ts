/**
 * The library's reranker in a thread of this process. Queue, recovery and result selection are the library's:
 * a thread that dies is replaced, and verdicts already given are kept.
 */
import type { DocumentInput } from '../../client/check-arguments.ts';
import type { Reranker } from '../../client/reranker.ts';
import type { LoadCallOptions, RerankCallbacks, RerankParameters } from '../../client/reranker-options.ts';
import type { RerankResponse } from '../../client/rerank-result.ts';
import { createReranker } from '../../index.ts';
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import { installedCpu } from '../../runtime/node/node-host.ts';
import type { EngineOptions } from './engine-options.ts';
import type { ModelPlace } from './model-place.ts';
import type { NodeWorker } from './node-worker.ts';
import { engineClosed, type RerankEngine } from './rerank-engine.ts';

/** Measured: docs/decisions/0080-command-line.md. */
const NATIVE_ADVICE =
  'With native code it would be four times as fast: npm install onnxruntime-node (288 MB).';

export class LocalEngine implements RerankEngine {
  readonly modelName: string;
  readonly reranker: Reranker;
  readonly #options: Pick<EngineOptions, 'device'>;
  #numStarts = 0;
  #closed = false;

  /** Starts nothing before the first call. */
  constructor(
    place: ModelPlace,
    options: Pick<EngineOptions, 'device' | 'dtype' | 'arithmetic'>,
    startWorker: () => NodeWorker,
  ) {
    const { device, dtype, arithmetic } = options;
    this.modelName = place.name;
    this.#options = options;
    this.reranker = createReranker({
      model: place.url,
      device,
      ...(dtype !== undefined && { dtype }),
      ...(arithmetic !== undefined && { arithmetic }),
      cpu: installedCpu(),
      lock: false,
      createWorker: () => {
        this.#numStarts++;
        return startWorker() as unknown as Worker;
      },
    });
  }

  get numRestarts(): number {
    return Math.max(0, this.#numStarts - 1);
  }

  async load(options: LoadCallOptions = {}): Promise<LoadedModel> {
    if (this.#closed) throw engineClosed();
    const model = await this.reranker.load(options);
    const isSlow = model.device === 'wasm' && this.#options.device === 'auto';
    return isSlow ? { ...model, deviceReason: `${model.deviceReason} ${NATIVE_ADVICE}` } : model;
  }

  async rerank<D extends DocumentInput>(
    call: RerankParameters<D> & RerankCallbacks,
  ): Promise<RerankResponse<D>> {
    if (this.#closed) throw engineClosed();
    return this.reranker.rerank(call);
  }

  /** True until closed: a thread that died is restarted by the next call. */
  isReachable(): Promise<boolean> {
    return Promise.resolve(!this.#closed);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.reranker.dispose();
    return Promise.resolve();
  }
}
