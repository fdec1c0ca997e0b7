/**
 * The HTTP side of a remote engine: which model it has, what its tokens are called, and streamed completions. One call is
 * one request; trying again is `retrying`'s. Owns the key, which goes into one header and nowhere else.
 */
import { IdleTimer, PassingFault } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';
import { readBody } from '../base/read-body.ts';
import { NUM_LOGPROBS } from './answer-verdict.ts';
import { parseChunk, type CompletionChunk } from './completion-chunk.ts';
import { readEvents } from './event-stream.ts';
import { connectionFault, ContextFault, faultOf, redactKey } from './remote-fault.ts';
import type { RemoteSettings } from './remote-options.ts';

/** The ids of a very long text are the longest answer. */
const MAX_JSON_BYTES = 16 * 2 ** 20;

export interface CompletionRequest {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly stop?: readonly string[];
  /** Nothing else may be answered; for servers that know token ids. */
  readonly allowedTokenIds?: readonly number[];
  /** Greedy when left out. */
  readonly sampling?: { readonly temperature: number; readonly seed: number };
}

export interface ServedModel {
  readonly id: string;
  /** tokens; null where the server does not tell */
  readonly maxLength: number | null;
}

export class CompletionClient {
  readonly host: string;
  readonly #settings: RemoteSettings;
  readonly #redact: (text: string) => string;

  constructor(settings: RemoteSettings) {
    this.host = settings.host;
    this.#settings = settings;
    this.#redact = redactKey(settings.apiKey);
  }

  /** @throws Rank1Error, PassingFault, or the signal's reason */
  async models(signal: AbortSignal): Promise<readonly ServedModel[]> {
    const url = `${this.#settings.baseUrl}/models`;
    const { data } = (await this.#json(url, undefined, signal)) as { data?: unknown };
    if (!Array.isArray(data)) throw new PassingFault('its list of models cannot be read');
    return (data as ModelEntry[]).flatMap((model) => {
      if (typeof model?.id !== 'string') return [];
      const maxLength = [model.max_model_len, model.meta?.n_ctx].find(isLength) ?? null;
      return [{ id: model.id, maxLength }];
    });
  }

  /** How many tokens `prompt` is as a completion request; null where the server does not offer to tell. */
  async countTokens(model: string, prompt: string, signal: AbortSignal): Promise<number | null> {
    return (await this.tokenIds(model, prompt, signal, true))?.length ?? null;
  }

  /**
   * Ids of `text`; null where the server does not offer to tell. vLLM (`prompt`) and llama.cpp (`content`) do, beside `/v1`.
   * An extra: nothing depends on it.
   * @param isPrompt with what the server puts before a prompt
   */
  async tokenIds(
    model: string,
    text: string,
    signal: AbortSignal,
    isPrompt = false,
  ): Promise<readonly number[] | null> {
    const url = `${this.#settings.baseUrl.replace(/\/v1$/, '')}/tokenize`;
    const body = { model, prompt: text, content: text, add_special_tokens: isPrompt, add_special: isPrompt };
    try {
      const { tokens } = (await this.#json(url, body, signal)) as { tokens?: unknown };
      return Array.isArray(tokens) && tokens.length > 0 && tokens.every(isTokenId) ? tokens : null;
    } catch {
      signal.throwIfAborted();
      return null;
    }
  }

  /**
   * The chunks of one completion; leaving the loop, or aborting, closes the stream.
   * @throws Rank1Error, PassingFault (a cut, malformed, disordered or silent stream too), ContextFault, or the signal's reason
   */
  async *stream(
    model: string,
    request: CompletionRequest,
    signal: AbortSignal,
  ): AsyncGenerator<CompletionChunk, void> {
    const { silentMs } = this.#settings;
    const silence = new IdleTimer(silentMs, () => new PassingFault(`it was silent for ${silentMs} ms`));
    try {
      const either = AbortSignal.any([signal, silence.signal]);
      const url = `${this.#settings.baseUrl}/completions`;
      const response = await this.#request(url, requestBody(model, request), either);
      if (!response.body) throw new PassingFault('its answer has no body');
      yield* this.#chunks(response.body, silence);
    } catch (error) {
      throw this.#faultIn(error, silence, signal);
    } finally {
      silence.stop();
    }
  }

  /** @throws as `stream` does */
  async #json(url: string, body: unknown, signal: AbortSignal): Promise<object> {
    const { silentMs } = this.#settings;
    const silence = new IdleTimer(silentMs, () => new PassingFault(`it was silent for ${silentMs} ms`));
    try {
      const either = AbortSignal.any([signal, silence.signal]);
      const response = await this.#request(url, body, either);
      const bytes = await readBody(response.body, MAX_JSON_BYTES, {
        signal: either,
        onChunk: () => silence.touch(),
      });
      if (bytes === null) throw new PassingFault(`its answer has more than ${MAX_JSON_BYTES} bytes`);
      const value = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
      if (typeof value === 'object' && value !== null) return value;
      throw new PassingFault('its answer is not an object');
    } catch (error) {
      throw this.#faultIn(error, silence, signal);
    } finally {
      silence.stop();
    }
  }

  /** @throws the signal's reason, when it was aborted */
  #faultIn(error: unknown, silence: IdleTimer, signal: AbortSignal): unknown {
    signal.throwIfAborted();
    if (silence.signal.aborted) return silence.signal.reason;
    if (isKnown(error)) return error;
    return new PassingFault(`its answer broke (${this.#redact(String(error)).slice(0, 200)})`);
  }

  async *#chunks(body: ReadableStream<Uint8Array>, silence: IdleTimer): AsyncGenerator<CompletionChunk> {
    let isComplete = false;
    for await (const data of readEvents(body, () => silence.touch())) {
      if (data === '[DONE]') return;
      const chunk = parseChunk(data);
      isComplete ||= chunk.finishReason !== null;
      yield chunk;
    }
    if (!isComplete) throw new PassingFault('its stream ended in the middle');
  }

  async #request(url: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const { apiKey, fetch } = this.#settings;
    let response: Response;
    try {
      response = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // Neither cookies of the page nor its address are the server's business; a redirect could take the key elsewhere.
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        redirect: 'error',
        cache: 'no-store',
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw connectionFault(error, this.host, this.#redact);
    }
    if (response.ok) return response;
    throw await faultOf(response, this.host, this.#redact);
  }
}

function requestBody(
  model: string,
  { prompt, maxTokens, stop, allowedTokenIds, sampling }: CompletionRequest,
): unknown {
  return {
    model,
    prompt,
    max_tokens: maxTokens,
    ...(sampling ?? { temperature: 0 }),
    logprobs: NUM_LOGPROBS,
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
    // The markers are added tokens in released checkpoints, and would be left out of the text.
    skip_special_tokens: false,
    ...(stop && { stop, include_stop_str_in_output: true }),
    ...(allowedTokenIds && { allowed_token_ids: allowedTokenIds }),
  };
}

/** `max_model_len` is vLLM's, `meta.n_ctx` llama.cpp's: a slot's context. */
type ModelEntry = { id?: unknown; max_model_len?: unknown; meta?: { n_ctx?: unknown } } | null;

const isTokenId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 1;

function isKnown(error: unknown): boolean {
  return error instanceof PassingFault || error instanceof ContextFault || error instanceof Rank1Error;
}
