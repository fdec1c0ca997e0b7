/** The server behind a `RemoteBackend`. Shared by all runs: one pacer, one limit on requests in flight. */
import { Semaphore, untilAborted, type Gate } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import type { LoadedModel, RerankRequest, RunSummary, UpdateListener } from '../protocol/rerank-api.ts';
import { ANSWERS } from '../rank1/markers.ts';
import { CompletionClient } from './completion-client.ts';
import { RemoteModel } from './remote-model.ts';
import type { RemoteSettings } from './remote-options.ts';
import { RemoteRun } from './remote-run.ts';

/** A server that never answered is reported sooner than one that restarts during a run. */
const MAX_FIRST_ATTEMPTS = 5;
/** Calls that ask for the answers' tokens, without success, before the server counts as one that does not tell them. */
const MAX_TOKENIZE_ATTEMPTS = 3;

export class RemoteServer {
  readonly #settings: RemoteSettings;
  readonly #client: CompletionClient;
  readonly #inFlight: Semaphore;
  readonly #gate: Gate;
  readonly #closing = new AbortController();
  #model: Promise<RemoteModel> | null = null;
  #learning: Promise<RemoteModel> | null = null;
  #numTokenizeFaults = 0;

  /** @param gate closed while runs are paused: documents in flight finish, no other starts */
  constructor(settings: RemoteSettings, gate: Gate) {
    this.#settings = settings;
    this.#client = new CompletionClient(settings);
    this.#inFlight = new Semaphore(settings.maxInFlight);
    this.#gate = gate;
  }

  async load(signal: AbortSignal): Promise<LoadedModel> {
    const { id, maxLength } = await untilAborted(this.#findModel(), signal);
    const { host } = this.#settings;
    return {
      device: 'remote',
      deviceReason: `${id} on ${host}: the question and the documents are sent there.`,
      deviceCause: { code: 'server', host, model: id },
      dtype: 'remote',
      maxPositions: maxLength,
      canReason: true,
    };
  }

  async rerank(request: RerankRequest, onUpdates: UpdateListener, signal: AbortSignal): Promise<RunSummary> {
    const closed = this.#closing.signal;
    if (!this.#model) throw new Rank1Error('not-loaded', 'No model is loaded. Call load() before rerank().');
    const run = new RemoteRun(
      {
        client: this.#client,
        model: await this.#model,
        maxInFlight: this.#settings.maxInFlight,
        inFlight: this.#inFlight,
        gate: this.#gate,
      },
      request,
      onUpdates,
    );
    const summary = await run.execute(AbortSignal.any([signal, closed]));
    closed.throwIfAborted();
    return summary;
  }

  /** Closes the streams in flight, so that the server stops computing. */
  close(reason: unknown): void {
    this.#closing.abort(reason);
  }

  #findModel(): Promise<RemoteModel> {
    if (this.#model) return this.#model.then((model) => this.#withTokens(model));
    const asked = this.#askForModel();
    this.#model = asked;
    asked.catch(() => {
      if (this.#model === asked) this.#model = null; // the next call asks again
    });
    return asked;
  }

  async #askForModel(): Promise<RemoteModel> {
    const client = this.#client;
    const { signal } = this.#closing;
    const maxAttempts = Math.min(this.#settings.maxAttempts, MAX_FIRST_ATTEMPTS);
    const models = await client.retrying(() => client.models(signal), signal, undefined, maxAttempts);
    const wanted = this.#settings.model;
    const found = wanted === undefined ? models[0] : models.find(({ id }) => id === wanted);
    if (!found || (wanted === undefined && models.length > 1)) {
      const names = models.map(({ id }) => JSON.stringify(id.slice(0, 80))).slice(0, 10);
      throw new Rank1Error(
        'model-not-found',
        `${client.host} serves ${names.join(', ') || 'no model'}. Give the name of a rank1 model among them as remoteModel (--remote-model on the command line).`,
      );
    }
    return this.#withTokens(new RemoteModel(found.id, found.maxLength));
  }

  /** Calls that come together ask once. */
  #withTokens(model: RemoteModel): Promise<RemoteModel> {
    if (model.tokenizes !== null) return Promise.resolve(model);
    this.#learning ??= this.#learnTokens(model).finally(() => (this.#learning = null));
    return this.#learning;
  }

  /** A run can do without them, so it waits for one attempt alone. */
  async #learnTokens(model: RemoteModel): Promise<RemoteModel> {
    const client = this.#client;
    const { signal } = this.#closing;
    const ask = () =>
      Promise.all([ANSWERS.true, ANSWERS.false].map((answer) => client.tokenIds(model.id, answer, signal)));
    try {
      const [yes, no] = await client.retrying(ask, signal, undefined, 1);
      const [yesId, noId] = [yes?.[0], no?.[0]];
      model.tokenizes = yesId !== undefined && noId !== undefined;
      if (model.tokenizes && yesId !== noId) model.answerTokenIds = { true: yesId!, false: noId! };
    } catch {
      signal.throwIfAborted();
      if (++this.#numTokenizeFaults >= MAX_TOKENIZE_ATTEMPTS) model.tokenizes = false;
    }
    return model;
  }
}
