/**
 * HTTP client of a completions server: its models, token ids, and streamed completions. One call is one request;
 * callers retry with `retrying`. Owns the pacer and the API key, which is sent in one header and appears nowhere else.
 */
import { IdleTimer, PassingFault } from '../base/async.ts';
import { isRank1Error, Rank1Error } from '../base/errors.ts';
import { namingRefusals } from '../base/policy-refusal.ts';
import { readBody } from '../base/read-body.ts';
import { NUM_LOGPROBS } from './answer-verdict.ts';
import { ErrorEvent, parseChunk, type CompletionChunk } from './completion-chunk.ts';
import { readEvents } from './event-stream.ts';
import { Pacer } from './pacer.ts';
import {
  connectionFault,
  ContextFault,
  faultInStream,
  faultOf,
  parsedObject,
  redacting,
  type Redact,
} from './remote-fault.ts';
import type { RemoteModel } from './remote-model.ts';
import type { RemoteSettings } from './remote-options.ts';

export interface CompletionRequest {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly stop?: readonly string[];
  /** Restricts the answer to these tokens, for servers that expose token ids. */
  readonly allowedTokenIds?: readonly number[];
  /** Default: greedy. */
  readonly sampling?: { readonly temperature: number; readonly seed: number };
}

export interface ServedModel {
  readonly id: string;
  /** context in tokens; null if not reported */
  readonly maxLength: number | null;
}

/** Limit for responses that are not streamed; the token ids of a very long text are the largest. */
const MAX_BODY_BYTES = 16 * 2 ** 20;
/** For an answer of `/tokenize`, which a run can do without. */
const MAX_TOKENIZE_MS = 5000;
/** Finish reasons of completions that the server cancelled. */
const GIVEN_UP = /^(abort|error|cancel|timeout)/;

export class CompletionClient {
  readonly host: string;
  readonly #settings: RemoteSettings;
  readonly #pacer: Pacer;

  constructor(settings: RemoteSettings) {
    this.host = settings.host;
    this.#settings = settings;
    this.#pacer = new Pacer(settings);
  }

  /** See `Pacer`. */
  retrying<T>(
    attempt: () => Promise<T>,
    signal: AbortSignal,
    onRetry?: () => void,
    maxAttempts?: number,
  ): Promise<T> {
    return this.#pacer.retrying(attempt, signal, onRetry, maxAttempts);
  }

  /** @throws Rank1Error, PassingFault, or the signal's reason */
  async models(signal: AbortSignal): Promise<readonly ServedModel[]> {
    const url = `${this.#settings.baseUrl}/models`;
    const answer = (await this.#json(url, undefined, signal)) as { data?: unknown } | null;
    const data = answer?.data;
    if (!Array.isArray(data))
      throw new Rank1Error(
        'model-unsupported',
        `${this.host} does not answer /models with a list of models. Check that the endpoint ends with /v1.`,
      );
    return (data as ModelEntry[]).flatMap((model) => {
      if (typeof model?.id !== 'string') return [];
      const maxLength = [model.max_model_len, model.meta?.n_ctx].find(isLength) ?? null;
      return [{ id: model.id, maxLength }];
    });
  }

  /** Number of tokens of `prompt` in a completion request; null if the server cannot count them. */
  async countTokens(model: string, prompt: string, signal: AbortSignal): Promise<number | null> {
    try {
      return (await this.tokenIds(model, prompt, signal, true))?.length ?? null;
    } catch {
      signal.throwIfAborted();
      return null;
    }
  }

  /**
   * Token ids of `text`, from the `/tokenize` endpoint of vLLM (`prompt`) or llama.cpp (`content`); null if there is
   * none. Optional: everything works without it.
   * @param isPrompt include the tokens the server adds to a prompt
   * @throws PassingFault, which does not mean that there is none, or the signal's reason
   */
  async tokenIds(
    model: string,
    text: string,
    signal: AbortSignal,
    isPrompt = false,
  ): Promise<readonly number[] | null> {
    const { baseUrl, silentMs } = this.#settings;
    const url = `${baseUrl.replace(/\/v1$/, '')}/tokenize`;
    const body = { model, prompt: text, content: text, add_special_tokens: isPrompt, add_special: isPrompt };
    const limitMs = Math.min(silentMs, MAX_TOKENIZE_MS);
    const limit = new IdleTimer(limitMs, () => new PassingFault('/tokenize took too long'), signal);
    try {
      const answer = (await this.#json(url, body, limit.signal, text)) as { tokens?: unknown } | null;
      const tokens = answer?.tokens;
      return Array.isArray(tokens) && tokens.length > 0 && tokens.every(isTokenId) ? tokens : null;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PassingFault) throw error;
      return null;
    } finally {
      limit.stop();
    }
  }

  /**
   * Yields the chunks of one completion. Leaving the loop or aborting closes the stream.
   * @throws Rank1Error, PassingFault (also for a stream that is truncated, malformed, out of order or idle too long),
   *   ContextFault, or the signal's reason
   */
  async *stream(
    model: Pick<RemoteModel, 'id' | 'namesTokensById'>,
    request: CompletionRequest,
    signal: AbortSignal,
  ): AsyncGenerator<CompletionChunk, void> {
    const idle = this.#idleTimer();
    const redact = redacting(this.#settings.apiKey, request.prompt);
    try {
      const either = AbortSignal.any([signal, idle.signal]);
      const url = `${this.#settings.baseUrl}/completions`;
      const response = await this.#request(url, requestBody(model, request), either, redact);
      let isFinished = false;
      for await (const chunk of this.#chunks(response, either, idle, redact)) {
        const { finishReason } = chunk;
        if (finishReason !== null && GIVEN_UP.test(finishReason))
          throw new PassingFault(
            `it cancelled the completion (${JSON.stringify(finishReason.slice(0, 40))})`,
          );
        isFinished ||= finishReason !== null;
        yield chunk;
      }
      if (!isFinished) throw new PassingFault('its stream ended before the completion did');
    } catch (error) {
      throw this.#faultIn(error, idle, signal, redact);
    } finally {
      idle.stop();
    }
  }

  async *#chunks(
    response: Response,
    signal: AbortSignal,
    idle: IdleTimer,
    redact: Redact,
  ): AsyncGenerator<CompletionChunk> {
    if (!response.body) throw new PassingFault('its answer has no body');
    const isWhole = /json|html/i.test(response.headers.get('content-type') ?? '');
    if (isWhole) return yield this.#parse(await textOf(response, signal, idle), redact, true);
    for await (const data of readEvents(response.body, () => idle.touch())) {
      if (data === '[DONE]') return;
      yield this.#parse(data, redact);
    }
  }

  /** @param isWhole a response that is not a stream: the whole completion, or an error */
  #parse(data: string, redact: Redact, isWhole = false): CompletionChunk {
    try {
      return parseChunk(data);
    } catch (error) {
      if (error instanceof ErrorEvent || (isWhole && error instanceof SyntaxError))
        throw faultInStream(data, this.host, redact);
      throw error;
    }
  }

  /**
   * @param prompt the text in the body
   * @returns null if the answer is no JSON object, as a web page is none
   * @throws as `stream` does
   */
  async #json(url: string, body: unknown, signal: AbortSignal, prompt = ''): Promise<object | null> {
    const idle = this.#idleTimer();
    const redact = redacting(this.#settings.apiKey, prompt);
    try {
      const either = AbortSignal.any([signal, idle.signal]);
      const response = await this.#request(url, body, either, redact);
      return parsedObject(await textOf(response, either, idle));
    } catch (error) {
      throw this.#faultIn(error, idle, signal, redact);
    } finally {
      idle.stop();
    }
  }

  #idleTimer(): IdleTimer {
    const { silentMs } = this.#settings;
    return new IdleTimer(silentMs, () => new PassingFault(`it was silent for ${silentMs} ms`));
  }

  /** @throws the signal's reason if it was aborted */
  #faultIn(error: unknown, idle: IdleTimer, signal: AbortSignal, redact: Redact): unknown {
    signal.throwIfAborted();
    if (idle.signal.aborted) return idle.signal.reason;
    if (isKnown(error)) return error;
    return new PassingFault(`its response failed (${redact(String(error)).slice(0, 200)})`);
  }

  async #request(url: string, body: unknown, signal: AbortSignal, redact: Redact): Promise<Response> {
    const { apiKey, fetch } = this.#settings;
    const init: RequestInit = {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // Send no cookies and no referrer; a redirect could forward the key to another host.
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'manual',
      cache: 'no-store',
      signal,
    };
    let response: Response;
    try {
      response = await namingRefusals(url, () => fetch(url, init));
    } catch (error) {
      signal.throwIfAborted();
      throw isRank1Error(error) ? error : connectionFault(error, this.host, redact);
    }
    if (response.ok) return response;
    throw await faultOf(response, this.host, redact);
  }
}

function requestBody(
  { id, namesTokensById }: Pick<RemoteModel, 'id' | 'namesTokensById'>,
  { prompt, maxTokens, stop, allowedTokenIds, sampling }: CompletionRequest,
): unknown {
  return {
    model: id,
    prompt,
    max_tokens: maxTokens,
    ...(sampling ?? { temperature: 0 }),
    logprobs: NUM_LOGPROBS,
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
    // In released checkpoints the markers are added tokens, which servers would otherwise omit from the text.
    skip_special_tokens: false,
    ...(stop && { stop, include_stop_str_in_output: true }),
    ...(allowedTokenIds && { allowed_token_ids: allowedTokenIds }),
    ...(namesTokensById && { return_tokens_as_token_ids: true }),
  };
}

/** @throws PassingFault beyond MAX_BODY_BYTES */
async function textOf(response: Response, signal: AbortSignal, idle: IdleTimer): Promise<string> {
  const bytes = await readBody(response.body, MAX_BODY_BYTES, { signal, onChunk: () => idle.touch() });
  if (!bytes) throw new PassingFault(`its answer has more than ${MAX_BODY_BYTES} bytes`);
  return new TextDecoder().decode(bytes);
}

/** `max_model_len` is vLLM's, `meta.n_ctx` llama.cpp's: the context of a slot. */
type ModelEntry = { id?: unknown; max_model_len?: unknown; meta?: { n_ctx?: unknown } } | null;

const isTokenId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 1;

function isKnown(error: unknown): boolean {
  return error instanceof PassingFault || error instanceof ContextFault || error instanceof Rank1Error;
}
