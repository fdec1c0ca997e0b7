/**
 * Streams the completions of one chain: owns its text, token counts and updates. A retry is reported as a new start.
 * Servers stream text, not token ids, so markers are matched in the text, as in the reference.
 */
import { assert } from '../base/assert.ts';
import { Rank1Error } from '../base/errors.ts';
import { lateCode } from '../base/late-code.ts';
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

/** Result of one completion. */
export interface Thought {
  readonly reasoning: string;
  readonly label: Label | null;
  /** The server stopped at one of the two answers, but reported neither the stop text nor any tokens. */
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
  /** the chain's text before the current completion */
  #before = '';
  #reasoning = '';
  #numEarlierTokens = 0;
  #numTokens = 0;

  /** @param isTruncated called when the chain's start is reported */
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

  /** 0 until the server reports it. */
  get numPromptTokens(): number {
    return this.#numPromptTokens;
  }

  get numNewTokens(): number {
    return this.#numEarlierTokens + this.#numTokens;
  }

  /** Starts another chain in place of this one. */
  clear(): void {
    this.#before = '';
    this.#reasoning = '';
    if (this.#isStarted) this.#start(0);
  }

  /**
   * Streams a completion up to its answer, its end, or a loop.
   * @param before the part of the chain at the end of `prompt`
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
      // Servers that omit the stop text from the completion, such as llama.cpp's, name it or list its tokens.
      const label = detector.label ?? labelAtEnd(end.stopText ?? lastTokens);
      const isCut = label === null && lastStep === null && end.finishReason === 'stop';
      const numTokens = this.#numTokens;
      const { reasoning } = detector;
      return { reasoning, label, isCut, loops: loops && label === null, lastStep, numTokens };
    };
    return this.#retrying(attempt, () => this.#restart());
  }

  /** One token, restricted to the two answers if their ids are known. */
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
   * @param take receives text and steps in order, each once; returns true to stop
   * @returns how the completion ended
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
      this.#numPromptTokens ||= chunk.promptTokens ?? 0; // some servers report it at the end
      this.#numTokens = Math.max(chunk.completionTokens ?? 0, this.#numTokens + chunk.steps.length);
      finishReason ??= chunk.finishReason;
      stopText ??= chunk.stopText;
      if (take(chunk.text, chunk.steps)) break;
    }
    return { finishReason, stopText };
  }

  /** Once the first text of a continuation arrives, the text before it belongs to the chain. */
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

  /** Discards what the failed attempt produced and reports the chain from the start. */
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
  const { TokenLoop } = await lateCode(() => import('./token-loop.ts'));
  return new TokenLoop();
}
