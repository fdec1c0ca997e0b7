/**
 * One chain on a remote engine: the chain itself, its continuations, and the question for an answer where none came, each a
 * completion. Text is all there is, so markers are found in text, as the reference does. Reports what streams; a try that
 * broke is reported as a new start.
 */
import { assert } from '../assert.ts';
import { Rank1Error } from '../errors.ts';
import { cutText } from '../passages/cut-text.ts';
import type { FinishReason, RerankRequest, RerankUpdate, Verdict } from '../protocol/rerank-api.ts';
import { ANSWERS, CLOSE_MARKER } from '../rank1/markers.ts';
import {
  documentText,
  forcedPromptText,
  INSTANT_REASONING,
  promptText,
  RETHINK_CUE,
  trimToLastSentence,
} from '../rank1/prompt.ts';
import { RepetitionDetector } from '../rank1/repetition-detector.ts';
import { VerdictDetector } from '../rank1/verdict-detector.ts';
import { answerVerdict } from './answer-verdict.ts';
import { ChunkOrder } from './chunk-order.ts';
import type { CompletionChunk, CompletionStep } from './completion-chunk.ts';
import type { CompletionClient, CompletionRequest } from './completion-client.ts';
import { ContextFault } from './remote-fault.ts';
import type { Pacer } from './pacer.ts';
import type { RemoteSettings } from './remote-options.ts';
import { retrying } from './retrying.ts';

export interface RemoteChainSettings {
  readonly client: CompletionClient;
  readonly settings: RemoteSettings;
  readonly pacer: Pacer;
  readonly model: string;
  /** of ` true` and ` false`, where the server tells */
  readonly answerTokenIds: readonly number[] | null;
  readonly maxNewTokens: number;
  /** the query as it stands in the prompt */
  readonly query: string;
  readonly options: RerankRequest['options'];
  /** greedy when left out */
  readonly sampling?: NonNullable<CompletionRequest['sampling']>;
  readonly signal: AbortSignal;
}

type FinishedUpdate = Extract<RerankUpdate, { type: 'finished' }>;
type Label = Verdict['label'];

/** What one completion came to. */
interface Thought {
  readonly reasoning: string;
  readonly label: Label | null;
  /** The server stopped and told no tokens: it kept the stop text to itself, so one of the two answers was given. */
  readonly isCut: boolean;
  readonly loops: boolean;
  readonly lastStep: CompletionStep | null;
}

type CompletionEnd = Pick<CompletionChunk, 'finishReason' | 'stopText'>;

const STOPS = [CLOSE_MARKER + ANSWERS.true, CLOSE_MARKER + ANSWERS.false];
/** What is left of a document after this much was cut away is not judged in its place. */
const SHORTEST_DOCUMENT = 64;
const KEPT_SHARE = 0.75;

export class RemoteChain {
  readonly #context: RemoteChainSettings;
  readonly #index: number;
  readonly #report: (update: RerankUpdate) => void;
  #document: string;
  #truncated = false;
  #started = false;
  /** text of the chain before the present completion */
  #before = '';
  #reasoning = '';
  #numPromptTokens = 0;
  #numEarlierTokens = 0;
  #numTokens = 0;

  constructor(
    context: RemoteChainSettings,
    document: RerankRequest['documents'][number],
    index: number,
    report: (update: RerankUpdate) => void,
  ) {
    this.#context = context;
    this.#document = documentText(document);
    this.#index = index;
    this.#report = report;
  }

  /** @throws Rank1Error or the signal's reason */
  async judge(): Promise<FinishedUpdate> {
    for (;;) {
      try {
        return await this.#judge();
      } catch (error) {
        if (!(error instanceof ContextFault)) throw error;
        const kept = Math.floor(this.#document.length * KEPT_SHARE);
        if (kept < SHORTEST_DOCUMENT) return this.finished('prompt-too-long', null);
        this.#document = cutText(this.#document, kept);
        this.#truncated = true;
      }
    }
  }

  /** The document's last update. */
  finished(finishReason: FinishReason, verdict: Verdict | null): FinishedUpdate {
    return {
      type: 'finished',
      index: this.#index,
      finishReason,
      verdict,
      reasoning: (this.#before + this.#reasoning).trim(),
      numPromptTokens: this.#numPromptTokens,
      numNewTokens: this.#numEarlierTokens + this.#numTokens,
      truncated: this.#truncated,
    };
  }

  async #judge(): Promise<FinishedUpdate> {
    const { query, options, maxNewTokens } = this.#context;
    if (options.mode === 'instant') {
      const verdict = await this.#ask(INSTANT_REASONING);
      return verdict
        ? this.finished('verdict', { ...verdict, forced: false })
        : this.finished('failed', null);
    }
    let last: Verdict | null = null;
    for (let round = 0; ; round++) {
      const left = maxNewTokens - this.#numEarlierTokens - this.#numTokens;
      if (last && (round > (options.rethink ?? 0) || left < 1)) return this.finished('verdict', last);
      if (last) this.#goOn();
      const prompt = promptText(query, this.#document) + this.#before;
      let thought: Thought;
      try {
        thought = await this.#think(prompt, Math.max(1, left));
      } catch (error) {
        // No room to think on: the verdict that is there stands.
        if (last && error instanceof ContextFault) return this.finished('verdict', last);
        throw error;
      }
      if (thought.label === null && !thought.isCut) return this.#force(thought.loops ? 'loop' : 'length');
      last = await this.#read(prompt, thought);
      if (!last) return this.finished('failed', null);
    }
  }

  #goOn(): void {
    this.#before += this.#reasoning + RETHINK_CUE;
    this.#reasoning = '';
    this.#numEarlierTokens += this.#numTokens;
    this.#numTokens = 0;
    this.#report({ type: 'reasoning', index: this.#index, delta: RETHINK_CUE });
  }

  /** Streams a completion up to its answer, its end, or a loop. */
  #think(prompt: string, maxTokens: number): Promise<Thought> {
    const { settings, pacer, signal, options, sampling } = this.#context;
    const request = { prompt, maxTokens, stop: STOPS, ...(sampling && { sampling }) };
    const attempt = async (): Promise<Thought> => {
      const detector = new VerdictDetector({ markerIsToken: false });
      const loop = options.loopGuard === true ? new TokenLoop() : null;
      let lastStep: CompletionStep | null = null;
      let loops = false;
      let lastTokens = '';
      const end = await this.#receive(request, (text, steps) => {
        const delta = detector.push(text, false);
        this.#reasoning = detector.reasoning;
        if (delta !== '') this.#report({ type: 'reasoning', index: this.#index, delta });
        for (const step of steps) {
          lastStep = step;
          lastTokens = (lastTokens + step.token).slice(-LONGEST_STOP);
          loops ||= loop?.push(step.token) ?? false;
        }
        return detector.label !== null || loops;
      });
      // A server that keeps the stop text to itself, as llama.cpp's does, names it or lists its tokens.
      const label = detector.label ?? labelAtEnd(end.stopText ?? lastTokens);
      const isCut = label === null && lastStep === null && end.finishReason === 'stop';
      return { reasoning: detector.reasoning, label, isCut, loops: loops && label === null, lastStep };
    };
    return retrying(settings, pacer, signal, attempt, () => this.#restart());
  }

  /** The verdict of the step that answered; where it did not come with the answer, that step is asked for again. */
  async #read(prompt: string, { reasoning, label, lastStep }: Thought): Promise<Verdict | null> {
    // What a server calls logprobs of a sampled token may be those at its temperature; the score is that of the model.
    const isThere = !this.#context.sampling && label !== null && lastStep?.token === ANSWERS[label];
    const verdict = isThere ? answerVerdict(lastStep.topLogprobs, label) : null;
    if (verdict) return verdict;
    const step = await this.#answerStep(prompt + reasoning + CLOSE_MARKER);
    const asked = answerVerdict(step.topLogprobs, label ?? undefined);
    return asked && { ...asked, forced: false };
  }

  /** The verdict of a chain that came to none. */
  async #force(finishReason: 'length' | 'loop'): Promise<FinishedUpdate> {
    let reasoning = trimToLastSentence(this.#before + this.#reasoning);
    for (;;) {
      try {
        const verdict = await this.#ask(reasoning);
        return verdict ? this.finished(finishReason, verdict) : this.finished('failed', null);
      } catch (error) {
        // Encoding the chain anew may take a few tokens more; its end gives way.
        if (!(error instanceof ContextFault) || reasoning === '') throw error;
        reasoning = trimToLastSentence(cutText(reasoning, Math.floor(reasoning.length * 0.9)));
      }
    }
  }

  async #ask(reasoning: string): Promise<Verdict | null> {
    const { query } = this.#context;
    const step = await this.#answerStep(forcedPromptText(query, this.#document, reasoning));
    return answerVerdict(step.topLogprobs);
  }

  /** One token, of the two answers only where the server can be told so. */
  #answerStep(prompt: string): Promise<CompletionStep> {
    const { settings, pacer, signal, answerTokenIds, client } = this.#context;
    const request: CompletionRequest = {
      prompt,
      maxTokens: 1,
      ...(answerTokenIds && { allowedTokenIds: answerTokenIds }),
    };
    const earlier = this.#numEarlierTokens + this.#numTokens;
    return retrying(settings, pacer, signal, async () => {
      this.#numEarlierTokens = earlier;
      this.#numTokens = 0;
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

  /**
   * @param take is given text and steps in order, each once; returns true when it has enough
   * @returns what the server said of the end
   */
  async #receive(
    request: CompletionRequest,
    take: (text: string, steps: readonly CompletionStep[]) => boolean,
  ): Promise<CompletionEnd> {
    const { client, model, signal } = this.#context;
    const order = new ChunkOrder();
    const end: { finishReason: string | null; stopText: string | null } = {
      finishReason: null,
      stopText: null,
    };
    this.#numTokens = 0;
    for await (const chunk of client.stream(model, request, signal)) {
      if (!this.#started) this.#start(chunk.promptTokens ?? 0);
      if (!order.accept(chunk)) continue;
      this.#numPromptTokens ||= chunk.promptTokens ?? 0; // some servers tell at the end
      this.#numTokens = Math.max(chunk.completionTokens ?? 0, this.#numTokens + chunk.steps.length);
      end.finishReason ??= chunk.finishReason;
      end.stopText ??= chunk.stopText;
      if (take(chunk.text, chunk.steps)) break;
    }
    return end;
  }

  #start(numPromptTokens: number): void {
    this.#started = true;
    this.#numPromptTokens = numPromptTokens;
    const truncated = this.#truncated;
    this.#report({ type: 'started', index: this.#index, numPromptTokens, truncated });
  }

  /** What the broken try brought counts for nothing: the chain is told again from its beginning. */
  #restart(): void {
    assert(!this.#context.signal.aborted, 'an aborted chain is not tried again');
    this.#reasoning = '';
    if (!this.#started) return;
    this.#start(this.#numPromptTokens);
    if (this.#before !== '') this.#report({ type: 'reasoning', index: this.#index, delta: this.#before });
  }
}

const LONGEST_STOP = Math.max(...STOPS.map((stop) => stop.length));

function labelAtEnd(tokens: string): Label | null {
  if (tokens.endsWith(CLOSE_MARKER + ANSWERS.true)) return 'true';
  return tokens.endsWith(CLOSE_MARKER + ANSWERS.false) ? 'false' : null;
}

/** The loop guard, on tokens known by their texts. */
class TokenLoop {
  readonly #ids = new Map<string, number>();
  readonly #detector = new RepetitionDetector();

  push(token: string): boolean {
    const id = this.#ids.get(token) ?? this.#ids.size;
    this.#ids.set(token, id);
    return this.#detector.push(id);
  }
}
