/**
 * The completions of one chain as they stream in: owns the chain's text, its token counts, and what is reported of it. An
 * attempt that broke is reported as a new start. Text is all there is, so markers are found in text, as the reference does.
 */
import { assert } from '../base/assert.ts';
import { Rank1Error } from '../base/errors.ts';
import type { RunOptions, RerankUpdate } from '../protocol/rerank-api.ts';
import { STOPS, VerdictDetector } from '../rank1/verdict-detector.ts';
import type { Label } from './answer-verdict.ts';
import { ChunkOrder } from './chunk-order.ts';
import type { CompletionChunk, CompletionStep } from './completion-chunk.ts';
import type { CompletionClient, CompletionRequest } from './completion-client.ts';
import type { RemoteModel } from './remote-model.ts';
import type { TokenLoop } from './token-loop.ts';

export interface ChainStreamSettings {
  readonly client: CompletionClient;
  readonly model: RemoteModel;
  readonly options: Pick<RunOptions, 'loopGuard'>;
  /** null: greedy */
  readonly sampling: NonNullable<CompletionRequest['sampling']> | null;
  readonly signal: AbortSignal;
}

/** What one completion came to. */
export interface Thought {
  readonly reasoning: string;
  readonly label: Label | null;
  /** The server stopped and listed no tokens: it kept the stop text to itself, so one of the two answers was given. */
  readonly isCut: boolean;
  readonly loops: boolean;
  readonly lastStep: CompletionStep | null;
  readonly numTokens: number;
}

type CompletionEnd = Pick<CompletionChunk, 'finishReason' | 'stopText'>;

export class ChainStream {
  readonly #settings: ChainStreamSettings;
  readonly #index: number;
  readonly #isTruncated: () => boolean;
  readonly #report: (update: RerankUpdate) => void;
  #isStarted = false;
  #numPromptTokens = 0;
  /** text of the chain before the present completion */
  #before = '';
  #reasoning = '';
  #numEarlierTokens = 0;
  #numTokens = 0;

  /** @param isTruncated asked when the chain is reported to start */
  constructor(
    settings: ChainStreamSettings,
    index: number,
    isTruncated: () => boolean,
    report: (update: RerankUpdate) => void,
  ) {
    this.#settings = settings;
    this.#index = index;
    this.#isTruncated = isTruncated;
    this.#report = report;
  }

  /** The whole chain so far, without its markers. */
  get reasoning(): string {
    return this.#before + this.#reasoning;
  }

  /** 0 until the server tells. */
  get numPromptTokens(): number {
    return this.#numPromptTokens;
  }

  get numNewTokens(): number {
    return this.#numEarlierTokens + this.#numTokens;
  }

  /** Drops the chain's text: what follows is another chain. */
  clear(): void {
    this.#before = '';
    this.#reasoning = '';
    if (this.#isStarted) this.#start(0);
  }

  /**
   * Streams a completion up to its answer, its end, or a loop.
   * @param before the text of the chain that `prompt` ends with
   */
  think(prompt: string, before: string, maxTokens: number): Promise<Thought> {
    const { options, sampling } = this.#settings;
    const request = { prompt, maxTokens, stop: Object.values(STOPS), ...(sampling && { sampling }) };
    const attempt = async (): Promise<Thought> => {
      const detector = new VerdictDetector({ markerIsToken: false });
      const loop = options.loopGuard === true ? await newTokenLoop() : null;
      let lastStep: CompletionStep | null = null;
      let loops = false;
      let lastTokens = '';
      const end = await this.#receive(request, (text, steps) => {
        this.#continueFrom(before);
        const delta = detector.push(text, false);
        this.#reasoning = detector.reasoning;
        if (delta !== '') this.#report({ type: 'reasoning', index: this.#index, delta });
        for (const step of steps) {
          lastStep = step;
          lastTokens = (lastTokens + step.token).slice(-STOPS.false.length);
          loops ||= loop?.push(step.token) ?? false;
        }
        return detector.label !== null || loops;
      });
      // A server that keeps the stop text to itself, as llama.cpp's does, names it or lists its tokens.
      const label = detector.label ?? labelAtEnd(end.stopText ?? lastTokens);
      const isCut = label === null && lastStep === null && end.finishReason === 'stop';
      const numTokens = this.#numTokens;
      const { reasoning } = detector;
      return { reasoning, label, isCut, loops: loops && label === null, lastStep, numTokens };
    };
    return this.#retrying(attempt, () => this.#restart());
  }

  /** One token: of the two answers only, where the server can be told so. */
  answerStep(prompt: string): Promise<CompletionStep> {
    const { model, client } = this.#settings;
    const { answerTokenIds: ids } = model;
    const request: CompletionRequest = {
      prompt,
      maxTokens: 1,
      ...(ids && { allowedTokenIds: [ids.true, ids.false] }),
    };
    return this.#retrying(async () => {
      let first: CompletionStep | null = null;
      await this.#receive(request, (_text, steps) => {
        first ??= steps[0] ?? null;
        return false;
      });
      if (first !== null && (first as CompletionStep).topLogprobs.size > 0) return first;
      throw new Rank1Error(
        'model-unsupported',
        `${client.host} returns no logprobs, so no score can be read. Let the server return 20 logprobs a token.`,
      );
    });
  }

  #retrying<T>(attempt: () => Promise<T>, onRetry?: () => void): Promise<T> {
    const { client, signal } = this.#settings;
    this.#numEarlierTokens += this.#numTokens;
    this.#numTokens = 0;
    return client.retrying(attempt, signal, onRetry);
  }

  /**
   * @param take is given text and steps in order, each once; returns true when it has enough
   * @returns what the server said of the end
   */
  async #receive(
    request: CompletionRequest,
    take: (text: string, steps: readonly CompletionStep[]) => boolean,
  ): Promise<CompletionEnd> {
    const { client, model, signal } = this.#settings;
    const order = new ChunkOrder();
    let finishReason: string | null = null;
    let stopText: string | null = null;
    this.#numTokens = 0;
    for await (const chunk of client.stream(model, request, signal)) {
      if (!this.#isStarted) this.#start(chunk.promptTokens ?? 0);
      if (!order.accept(chunk)) continue;
      this.#numPromptTokens ||= chunk.promptTokens ?? 0; // some servers tell at the end
      this.#numTokens = Math.max(chunk.completionTokens ?? 0, this.#numTokens + chunk.steps.length);
      finishReason ??= chunk.finishReason;
      stopText ??= chunk.stopText;
      if (take(chunk.text, chunk.steps)) break;
    }
    return { finishReason, stopText };
  }

  /** The first text of a continuation is there: what stands before it is part of the chain now. */
  #continueFrom(before: string): void {
    if (this.#before === before) return;
    const delta = before.slice(this.reasoning.length);
    this.#before = before;
    this.#reasoning = '';
    this.#report({ type: 'reasoning', index: this.#index, delta });
  }

  #start(numPromptTokens: number): void {
    this.#isStarted = true;
    this.#numPromptTokens = numPromptTokens;
    this.#report({ type: 'started', index: this.#index, numPromptTokens, truncated: this.#isTruncated() });
  }

  /** What the broken attempt brought counts for nothing: the chain is told again from its beginning. */
  #restart(): void {
    assert(!this.#settings.signal.aborted, 'an aborted chain is not tried again');
    this.#reasoning = '';
    if (!this.#isStarted) return;
    this.#start(this.#numPromptTokens);
    if (this.#before !== '') this.#report({ type: 'reasoning', index: this.#index, delta: this.#before });
  }
}

function labelAtEnd(tokens: string): Label | null {
  if (tokens.endsWith(STOPS.true)) return 'true';
  return tokens.endsWith(STOPS.false) ? 'false' : null;
}

async function newTokenLoop(): Promise<TokenLoop> {
  const { TokenLoop } = await import('./token-loop.ts');
  return new TokenLoop();
}
