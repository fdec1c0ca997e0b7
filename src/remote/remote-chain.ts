/**
 * Runs rank1's protocol for one chain on a server: each step is a completion. Reads verdicts from logprobs and handles
 * prompts that do not fit; `chain-stream.ts` sends the requests.
 */
import { Rank1Error } from '../base/errors.ts';
import type { RerankUpdate, RunOptions, Verdict } from '../protocol/rerank-api.ts';
import {
  chainProtocol,
  type ChainOutcome,
  type ProtocolStep,
  type StepResult,
} from '../rank1/chain-protocol.ts';
import type { TalliedChain } from '../rank1/document-tally.ts';
import { CLOSE_MARKER } from '../rank1/markers.ts';
import { forcedPromptText, promptText } from '../rank1/prompt.ts';
import { answerNames, answerVerdict, type Label } from './answer-verdict.ts';
import { ChainStream, type ChainStreamSettings } from './chain-stream.ts';
import type { CompletionStep } from './completion-chunk.ts';
import type { FittedDocument } from './fitted-document.ts';
import { ContextFault } from './remote-fault.ts';

export interface RemoteChainSettings extends ChainStreamSettings {
  readonly options: RunOptions;
  /** as it appears in the prompt */
  readonly query: string;
}

export class RemoteChain implements TalliedChain {
  readonly #settings: RemoteChainSettings;
  readonly #document: FittedDocument;
  readonly #stream: ChainStream;
  #refusal: ContextFault | null = null;

  /** @param index the document's place in the request */
  constructor(
    settings: RemoteChainSettings,
    document: FittedDocument,
    index: number,
    report: (update: RerankUpdate) => void,
  ) {
    this.#settings = settings;
    this.#document = document;
    this.#stream = new ChainStream(settings, index, () => document.truncated, report);
  }

  get reasoning(): string {
    return this.#stream.reasoning;
  }

  /** 0 until the server reports it. */
  get numPromptTokens(): number {
    return this.#stream.numPromptTokens || this.#document.refusedPromptTokens;
  }

  get numNewTokens(): number {
    return this.#stream.numNewTokens;
  }

  /** @throws Rank1Error or the signal's reason */
  async judge(): Promise<ChainOutcome> {
    for (;;) {
      const { demand } = this.#document;
      const outcome = await this.#judge(demand.text, demand.maxNewTokens);
      if (outcome.finishReason !== 'prompt-too-long') return outcome;
      if (!(await this.#document.fitAfter(this.#refusal, demand)))
        return { ...outcome, ...this.#document.limit };
      this.#stream.clear();
    }
  }

  async #judge(document: string, maxNewTokens: number): Promise<ChainOutcome> {
    const { reasons, rethink = 0 } = this.#settings.options;
    const protocol = chainProtocol({ ...(reasons && { reasons }), rethink, maxNewTokens });
    let step = protocol.next();
    while (!step.done) step = protocol.next(await this.#run(step.value, document));
    return step.value;
  }

  async #run(step: ProtocolStep, document: string): Promise<StepResult> {
    try {
      return step.type === 'think' ? await this.#think(step, document) : await this.#answer(step, document);
    } catch (error) {
      if (!(error instanceof ContextFault)) throw error;
      this.#refusal = error;
      return { type: 'no-room' };
    }
  }

  async #think(
    { before, maxNewTokens }: Extract<ProtocolStep, { type: 'think' }>,
    document: string,
  ): Promise<StepResult> {
    const { query, sampling } = this.#settings;
    const prompt = promptText(query, document) + before;
    const thought = await this.#stream.think(prompt, before, maxNewTokens);
    const { reasoning, label, lastStep, numTokens, loops } = thought;
    if (label === null && !thought.isCut) return { type: 'unanswered', reasoning, loops };
    // Servers may scale the logprobs of sampled tokens by the temperature, so the score is asked for separately.
    const atAnswer = sampling || label === null || !lastStep ? null : this.#verdictAt(lastStep, label);
    const verdict = atAnswer ?? (await this.#ask(prompt + reasoning + CLOSE_MARKER, label ?? undefined));
    return verdict ? { type: 'verdict', verdict, reasoning, numTokens } : { type: 'failed', reasoning };
  }

  async #answer(
    { reasoning }: Extract<ProtocolStep, { type: 'answer' }>,
    document: string,
  ): Promise<StepResult> {
    const verdict = await this.#ask(forcedPromptText(this.#settings.query, document, reasoning));
    return verdict
      ? { type: 'verdict', verdict, reasoning: '', numTokens: 1 }
      : { type: 'failed', reasoning: '' };
  }

  /** Null unless `step` produced `label` and its logprobs show it. */
  #verdictAt({ token, topLogprobs }: CompletionStep, label: Label): Verdict | null {
    const names = answerNames(topLogprobs, this.#settings.model.answerTokenIds);
    return names && token === names[label] ? answerVerdict(topLogprobs, names, label) : null;
  }

  /**
   * Asks for the answer that follows `prompt`; null if neither is among the logprobs.
   * @throws Rank1Error `model-unsupported` if the logprobs of the answers cannot be identified
   */
  async #ask(prompt: string, label?: Label): Promise<Verdict | null> {
    const { model, client } = this.#settings;
    for (;;) {
      const { namesTokensById } = model;
      const { topLogprobs } = await this.#stream.answerStep(prompt);
      const names = answerNames(topLogprobs, model.answerTokenIds);
      if (names) return answerVerdict(topLogprobs, names, label);
      if (namesTokensById || !model.answerTokenIds) {
        const sample = JSON.stringify([...topLogprobs.keys()].slice(0, 3));
        throw new Rank1Error(
          'model-unsupported',
          `${client.host} names its tokens in a way that does not identify " true" (${sample}), so no score can be read. Let it return tokens with their spaces, or offer /tokenize and return_tokens_as_token_ids, as vLLM does.`,
        );
      }
      model.namesTokensById = true;
    }
  }
}
