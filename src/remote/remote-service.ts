/**
 * The worker's interface on a remote engine: the same calls and the same updates, while the work is done by a server that
 * batches by itself. Owns which documents are in flight. Invariant: every document of a run is finished exactly once.
 */
import { RunControl } from '../base/run-control.ts';
import { Rank1Error } from '../base/errors.ts';
import type {
  LoadedModel,
  RerankRequest,
  RerankWorkerApi,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { ANSWERS } from '../rank1/markers.ts';
import { forcedPromptText, INSTANT_REASONING, promptText } from '../rank1/prompt.ts';
import { promptQuery } from '../rank1/query-template.ts';
import { samplingOf } from '../rank1/sampled-chains.ts';
import { CompletionClient } from './completion-client.ts';
import type { FitSettings } from './fitted-document.ts';
import type { RemoteChain, RemoteChainSettings } from './remote-chain.ts';
import { Outbox } from './outbox.ts';
import { Pacer } from './pacer.ts';
import { RemoteDocument } from './remote-document.ts';
import { checkRemoteOptions, type RemoteOptions, type RemoteSettings } from './remote-options.ts';
import { retrying } from './retrying.ts';

/** As the reference allows. */
const DEFAULT_MAX_NEW_TOKENS = 8192;
/** Of the released models, where the server does not tell. */
const ASSUMED_MAX_LENGTH = 16_000;
/** A server that was never there is told of sooner than one that restarts in the middle of a run. */
const MAX_FIRST_ATTEMPTS = 5;

interface Served {
  readonly model: string;
  readonly maxLength: number;
  /** false: the length is assumed */
  readonly isLengthTold: boolean;
  readonly answerTokenIds: readonly number[] | null;
  /** whether the server tells what its tokens are */
  readonly tokenizes: boolean;
}

interface QueuedChain {
  readonly document: RemoteDocument;
  readonly chain: RemoteChain;
}

export class RemoteService implements RerankWorkerApi {
  readonly #settings: RemoteSettings;
  readonly #client: CompletionClient;
  readonly #pacer = new Pacer();
  readonly #runs = new Map<number, RunControl>();
  readonly #disposal = new AbortController();
  #served: Served | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws TypeError or RangeError */
  constructor(options: RemoteOptions) {
    this.#settings = checkRemoteOptions(options);
    this.#client = new CompletionClient(this.#settings);
  }

  /** Asks the server what it has. Of the options none applies: the server has chosen device and precision. */
  load(): Promise<LoadedModel> {
    return this.#enqueue(async () => {
      const served = (this.#served ??= await this.#findModel());
      return {
        device: 'remote',
        deviceReason: `${served.model} on ${this.#client.host}: the question and the documents are sent there.`,
        deviceCause: { code: 'server', host: this.#client.host, model: served.model },
        dtype: 'remote',
        maxPositions: served.maxLength,
      };
    });
  }

  rerank(request: RerankRequest, onUpdates: UpdateListener): Promise<RunSummary> {
    const control = new RunControl();
    this.#runs.set(request.runId, control);
    return this.#enqueue(async () => {
      try {
        if (!this.#served)
          throw new Rank1Error('not-loaded', 'No model is loaded. Call load() before rerank().');
        return await this.#run(this.#served, request, onUpdates, control);
      } finally {
        this.#runs.delete(request.runId);
      }
    });
  }

  /** Closes the streams in flight. */
  abort(runId: number): void {
    this.#runs.get(runId)?.abort();
  }

  /** Starts no further document; those in flight are finished, as the server goes on with them. */
  pause(runId: number): void {
    this.#runs.get(runId)?.pause();
  }

  resume(runId: number): void {
    this.#runs.get(runId)?.resume();
  }

  dispose(): Promise<void> {
    for (const control of this.#runs.values()) control.abort();
    this.#disposal.abort();
    return Promise.resolve();
  }

  async #findModel(): Promise<Served> {
    const { signal } = this.#disposal;
    const { maxAttempts } = this.#settings;
    const settings = { ...this.#settings, maxAttempts: Math.min(maxAttempts, MAX_FIRST_ATTEMPTS) };
    const models = await retrying(settings, this.#pacer, signal, () => this.#client.models(signal));
    const wanted = this.#settings.model;
    const found = wanted === undefined ? models[0] : models.find(({ id }) => id === wanted);
    if (!found || (wanted === undefined && models.length > 1)) {
      const names = models.map(({ id }) => JSON.stringify(id.slice(0, 80))).slice(0, 10);
      throw new Rank1Error(
        'model-not-found',
        `${this.#client.host} serves ${names.join(', ') || 'no model'}. Give the name of a rank1 model among them as remoteModel.`,
      );
    }
    const ids = await Promise.all(
      [ANSWERS.true, ANSWERS.false].map((answer) => this.#client.tokenIds(found.id, answer, signal)),
    );
    const known = ids.flatMap((answerIds) => answerIds?.slice(0, 1) ?? []);
    const areTold = known.length === 2 && known[0] !== known[1];
    return {
      model: found.id,
      maxLength: found.maxLength ?? ASSUMED_MAX_LENGTH,
      isLengthTold: found.maxLength !== null,
      answerTokenIds: areTold ? known : null,
      tokenizes: known.length === 2,
    };
  }

  async #run(
    served: Served,
    request: RerankRequest,
    onUpdates: UpdateListener,
    control: RunControl,
  ): Promise<RunSummary> {
    const { options, documents } = request;
    if (options.longDocuments === 'passages') {
      throw new Rank1Error(
        'model-unsupported',
        'A remote engine cuts documents that do not fit, and does not split them. Leave longDocuments out, or split them before.',
      );
    }
    const failure = new AbortController();
    const maxNewTokens = Math.min(
      options.maxNewTokens ?? DEFAULT_MAX_NEW_TOKENS,
      Math.floor(served.maxLength / 2),
    );
    const isInstant = options.mode === 'instant';
    const outbox = new Outbox(onUpdates, isInstant ? 1 : maxNewTokens);
    const client = this.#client;
    const query = promptQuery(request);
    const signal = AbortSignal.any([control.signal, failure.signal]);
    const context: RemoteChainSettings & FitSettings = {
      ...served,
      client,
      settings: this.#settings,
      pacer: this.#pacer,
      maxNewTokens,
      query,
      options,
      signal,
      promptOf: (document) =>
        isInstant ? forcedPromptText(query, document, INSTANT_REASONING) : promptText(query, document),
      maxPromptTokens: served.isLengthTold ? served.maxLength - (isInstant ? 1 : maxNewTokens) : null,
      countTokens: served.tokenizes ? (prompt) => client.countTokens(served.model, prompt, signal) : null,
    };
    const sampling = samplingOf(options);
    const queue = documents
      .map((document, index) => new RemoteDocument(context, document, index, sampling, outbox.add))
      .flatMap((document) => document.chains.map((chain) => ({ document, chain })))
      .values();
    const end = ({ document, chain }: QueuedChain, update = chain.finished('aborted', null)): void => {
      const last = document.end(chain, update);
      if (last) outbox.add(last);
    };
    const workThrough = async (): Promise<void> => {
      for (const queued of queue) {
        await control.untilResumed();
        if (context.signal.aborted) return end(queued);
        outbox.numActive++;
        try {
          end(queued, await queued.chain.judge());
        } catch (error) {
          if (!context.signal.aborted) failure.abort(error);
          end(queued);
        } finally {
          outbox.numActive--;
        }
      }
    };
    const numChains = documents.length * (sampling?.numSamples ?? 1);
    const numLanes = Math.min(options.maxSlots ?? this.#settings.maxInFlight, numChains);
    const lanes = Array.from({ length: numLanes }, workThrough);
    await Promise.all(lanes);
    for (const queued of queue) end(queued);
    outbox.flush();
    if (failure.signal.aborted) throw failure.signal.reason;
    return {
      numDocuments: documents.length,
      numFinished: outbox.numFinished,
      aborted: control.signal.aborted,
      stats: outbox.stats,
    };
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
