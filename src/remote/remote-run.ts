/**
 * One run on a server, which does the batching: keeps as many chains in flight as allowed, in document order, and
 * reports their updates. Invariant: every document is finished exactly once.
 */
import type { Gate, Semaphore } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import { lateCode } from '../base/late-code.ts';
import type {
  RunOptions,
  RerankRequest,
  RerankUpdate,
  RunStats,
  RunSummary,
  UpdateListener,
} from '../protocol/rerank-api.ts';
import { HEARTBEAT_MS, NO_STATS } from '../protocol/run-defaults.ts';
import type { ChainOutcome } from '../rank1/chain-protocol.ts';
import { DocumentTally } from '../rank1/document-tally.ts';
import {
  documentText,
  forcedPromptText,
  INSTANT_REASONING,
  promptText,
  queryWithInstruction,
} from '../rank1/prompt.ts';
import { samplingOf } from '../rank1/sampled-chains.ts';
import type { ChainStreamSettings } from './chain-stream.ts';
import type { CompletionClient } from './completion-client.ts';
import { FittedDocument } from './fitted-document.ts';
import { RemoteChain } from './remote-chain.ts';
import type { RemoteModel } from './remote-model.ts';

export interface RemoteRunSettings {
  readonly client: CompletionClient;
  readonly model: RemoteModel;
  /** of one run, unless its options say otherwise */
  readonly maxInFlight: number;
  /** of all runs */
  readonly inFlight: Semaphore;
  /** closed while runs are paused */
  readonly gate: Gate;
}

interface QueuedChain {
  readonly tally: DocumentTally<RemoteChain>;
  readonly chain: RemoteChain;
}

/** Minimum milliseconds between messages: pages render no faster. */
const SEND_EVERY_MS = 16;

export class RemoteRun {
  readonly #server: RemoteRunSettings;
  readonly #request: RerankRequest;
  readonly #onUpdates: UpdateListener;
  readonly #failure = new AbortController();
  readonly #startedAt = performance.now();
  #updates: RerankUpdate[] = [];
  #sendTimer: ReturnType<typeof setTimeout> | null = null;
  #numActive = 0;
  #pausedAt: number | null = null;
  #pausedMs = 0;
  #numFinished = 0;
  #numPromptTokens = 0;
  #numNewTokens = 0;

  constructor(server: RemoteRunSettings, request: RerankRequest, onUpdates: UpdateListener) {
    this.#server = server;
    this.#request = request;
    this.#onUpdates = onUpdates;
  }

  async execute(signal: AbortSignal): Promise<RunSummary> {
    const { options, documents } = this.#request;
    if (options.longDocuments === 'passages') {
      throw new Rank1Error(
        'option-unsupported',
        'On a server documents that do not fit are cut, not split into passages. Omit longDocuments, or split the documents yourself.',
      );
    }
    const either = AbortSignal.any([signal, this.#failure.signal]);
    const samplings = await samplingsOf(options);
    const queue = this.#queue(await queryInPrompt(this.#request), samplings, either);
    const numChains = documents.length * samplings.length;
    const numLanes = Math.min(options.maxSlots ?? this.#server.maxInFlight, numChains);
    const heartbeat = setInterval(() => this.#send(), HEARTBEAT_MS);
    try {
      await Promise.all(Array.from({ length: numLanes }, () => this.#workThrough(queue, either)));
      for (const { tally, chain } of queue) this.#add(tally.abort(chain));
      if (this.#updates.length > 0) this.#send();
    } finally {
      clearInterval(heartbeat);
      if (this.#sendTimer !== null) clearTimeout(this.#sendTimer);
    }
    if (this.#failure.signal.aborted) throw this.#failure.signal.reason;
    return {
      numDocuments: documents.length,
      numFinished: this.#numFinished,
      aborted: signal.aborted,
      stats: this.#stats,
    };
  }

  /** The chains of all documents, created lazily. */
  *#queue(
    query: string,
    samplings: readonly ChainStreamSettings['sampling'][],
    signal: AbortSignal,
  ): Generator<QueuedChain, void> {
    const { client, model } = this.#server;
    const { options } = this.#request;
    const fitSettings = {
      model,
      options,
      promptOf: (document: string) =>
        options.reasons === 'none'
          ? forcedPromptText(query, document, INSTANT_REASONING)
          : promptText(query, document),
      countTokens: model.tokenizes ? (prompt: string) => client.countTokens(model.id, prompt, signal) : null,
    };
    for (const [index, document] of this.#request.documents.entries()) {
      const fitted = new FittedDocument(documentText(document), fitSettings);
      const report = (update: RerankUpdate): void => {
        if (tally.streams || update.type === 'started') this.#add(update);
      };
      const chains = samplings.map((sampling, sample) => {
        // A signal per chain: runtimes warn about many listeners on one signal.
        const settings = { client, model, options, query, sampling, signal: AbortSignal.any([signal]) };
        return new RemoteChain(settings, fitted, index, sample === 0 ? report : () => undefined);
      });
      const tally = new DocumentTally(index, [
        {
          chains,
          get numPromptTokens() {
            return chains.reduce((most, chain) => Math.max(most, chain.numPromptTokens), 0);
          },
          get truncated() {
            return fitted.truncated;
          },
          passage: null,
        },
      ]);
      for (const chain of chains) yield { tally, chain };
    }
  }

  /** Without `for of`, which would close the queue for the other lanes. */
  async #workThrough(queue: Iterator<QueuedChain, void>, signal: AbortSignal): Promise<void> {
    for (let queued = queue.next(); !queued.done; queued = queue.next()) {
      const { tally, chain } = queued.value;
      const outcome = await this.#judge(chain, AbortSignal.any([signal]));
      this.#add(outcome ? tally.end(chain, outcome) : tally.abort(chain));
      if (!outcome) return;
    }
  }

  /** Null when the run ended before the chain. */
  async #judge(chain: RemoteChain, signal: AbortSignal): Promise<ChainOutcome | null> {
    const judge = async (): Promise<ChainOutcome> => {
      await this.#untilResumed(signal);
      this.#numActive++;
      try {
        return await chain.judge();
      } finally {
        this.#numActive--;
      }
    };
    const { inFlight, maxInFlight } = this.#server;
    // A run may ask for more than `maxInFlight` with `maxSlots`.
    const room = Math.max(maxInFlight, this.#request.options.maxSlots ?? 1);
    try {
      await this.#untilResumed(signal);
      return await inFlight.run(judge, signal, 1, room);
    } catch (error) {
      if (!signal.aborted) this.#failure.abort(error);
      return null;
    }
  }

  async #untilResumed(signal: AbortSignal): Promise<void> {
    const { gate } = this.#server;
    if (!gate.isOpen && this.#numActive === 0) this.#pausedAt ??= performance.now();
    await gate.untilOpen(signal);
    if (this.#pausedAt !== null) this.#pausedMs += performance.now() - this.#pausedAt;
    this.#pausedAt = null;
  }

  /** Tokens are counted when their document finishes: servers do not report individual steps. */
  get #stats(): RunStats {
    return {
      ...NO_STATS,
      maxNewTokens: this.#server.model.maxNewTokens(this.#request.options),
      numPrefillTokens: this.#numPromptTokens,
      numPaddedPrefillTokens: this.#numPromptTokens,
      numDecodeTokens: this.#numNewTokens,
      rowsActive: this.#numActive,
      elapsedMs: performance.now() - this.#startedAt - this.#pausedMs,
    };
  }

  #add(update: RerankUpdate | null): void {
    if (!update) return;
    if (update.type === 'finished') {
      this.#numPromptTokens += update.numPromptTokens;
      this.#numNewTokens += update.numNewTokens;
      if (update.finishReason !== 'aborted') this.#numFinished++;
    }
    this.#updates.push(update);
    this.#sendTimer ??= setTimeout(() => this.#send(), SEND_EVERY_MS);
  }

  #send(): void {
    if (this.#sendTimer !== null) clearTimeout(this.#sendTimer);
    this.#sendTimer = null;
    const updates = this.#updates;
    this.#updates = [];
    this.#onUpdates(updates, this.#stats);
  }
}

/** The query as it appears in the prompt. The code of templates is loaded by the first run with one. */
async function queryInPrompt(request: RerankRequest): Promise<string> {
  const { query, options } = request;
  if (options.queryTemplate === undefined && options.preset === undefined)
    return queryWithInstruction(query, options.instruction);
  const { promptQuery, textOf } = await lateCode(() => import('../rank1/query-template.ts'));
  return textOf(promptQuery(request));
}

/** For each chain of a document; null: greedy. */
async function samplingsOf(options: RunOptions): Promise<readonly ChainStreamSettings['sampling'][]> {
  const sampling = samplingOf(options);
  if (!sampling) return [null];
  const { sampleSeeds } = await lateCode(() => import('./sample-seeds.ts'));
  return sampleSeeds(sampling);
}
