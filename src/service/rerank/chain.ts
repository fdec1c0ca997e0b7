/**
 * Runs rank1's protocol for one chain, each step as a sequence. Does not know the engine: its caller runs the sequence
 * and reports each token.
 */
import { assert } from '../../base/assert.ts';
import { Sequence } from '../../engine/sequence.ts';
import type { StopCondition } from '../../engine/stop-condition.ts';
import { chainSeed, TemperatureSampler } from '../../engine/temperature-sampler.ts';
import type { ScoringProfile } from '../../model/scoring-profile.ts';
import { ChainReader } from '../../rank1/chain-reader.ts';
import {
  chainProtocol,
  type ChainOutcome,
  type ChainProtocol,
  type ProtocolOptions,
  type ProtocolStep,
  type StepResult,
} from '../../rank1/chain-protocol.ts';
import type { TalliedChain } from '../../rank1/document-tally.ts';
import type { MarkerTokenIds } from '../../rank1/markers.ts';
import { encodeContinuedPrompt, encodeForcedPrompt } from '../../rank1/prompt.ts';
import type { Sampling } from '../../rank1/sampled-chains.ts';
import { makeVerdict } from '../../rank1/verdict.ts';
import { VerbatimQuotes } from '../../rank1/verbatim-quotes.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export interface ChainSettings extends ProtocolOptions {
  readonly profile: ScoringProfile;
  readonly tokenizer: Tokenizer;
  readonly markers: MarkerTokenIds;
  readonly eosTokenIds: readonly number[];
  readonly loopGuard: boolean;
  /** as it appears in the prompt */
  readonly query: string;
  /** tokens per row */
  readonly maxLength: number;
  /** null: greedy */
  readonly sampling: Pick<Sampling, 'temperature' | 'seed'> | null;
}

export interface ChainProgress {
  /** text decoded with this token */
  readonly delta: string;
  /** the sequence to run next; null while the current one continues, and at the end */
  readonly next: Sequence | null;
  /** set at the end */
  readonly outcome: ChainOutcome | null;
}

export class Chain implements TalliedChain {
  numNewTokens = 0;
  readonly #settings: ChainSettings;
  readonly #document: string;
  readonly #protocol: ChainProtocol;
  readonly #sampler: TemperatureSampler | undefined;
  #step: ProtocolStep;
  #sequence: Sequence;
  /** text of the chain before the current sequence */
  #before = '';
  #reader: ChainReader;
  /** [W] watched logits of the last `answer` step */
  #answerLogits = new Float32Array(2);

  /**
   * @param promptTokenIds the prompt of the first step, from the document's plan
   * @param sample index of the chain among this prompt's samples
   */
  constructor(settings: ChainSettings, document: string, promptTokenIds: Int32Array, sample = 0) {
    const { sampling } = settings;
    this.#settings = settings;
    this.#document = document;
    this.#reader = this.#newReader();
    this.#sampler =
      sampling === null
        ? undefined
        : new TemperatureSampler(sampling.temperature, chainSeed(sampling.seed, promptTokenIds, sample));
    this.#protocol = chainProtocol(settings);
    const first = this.#protocol.next();
    assert(!first.done, 'a chain begins with a step');
    this.#step = first.value;
    this.#sequence = this.#begin(first.value, promptTokenIds);
  }

  /** The sequence to run, or running. */
  get sequence(): Sequence {
    return this.#sequence;
  }

  get reasoning(): string {
    return this.#before + this.#reader.reasoning;
  }

  /** Call after each step that gave the current sequence a token. */
  takeToken(): ChainProgress {
    const { finishReason } = this.#sequence;
    if (finishReason !== 'failed') this.numNewTokens++;
    const delta = this.#reader.takeDelta();
    if (finishReason === null) return { delta, next: null, outcome: null };
    for (let result = this.#result(); ; result = { type: 'no-room' }) {
      const { done, value } = this.#protocol.next(result);
      if (done) return { delta, next: null, outcome: value };
      const promptTokenIds = this.#encode(value);
      if (promptTokenIds.length > this.#settings.maxLength) continue;
      const cue = value.type === 'think' ? value.before.slice(this.reasoning.length) : '';
      this.#sequence = this.#begin(value, promptTokenIds);
      return { delta: delta + cue, next: this.#sequence, outcome: null };
    }
  }

  #result(): StepResult {
    const { finishReason, newTokenIds } = this.#sequence;
    const isAnswer = this.#step.type === 'answer';
    const { reasoning, loops, verdict } = this.#reader;
    if (finishReason === 'failed') return { type: 'failed', reasoning: isAnswer ? '' : reasoning };
    if (isAnswer) {
      const answer = makeVerdict(this.#answerLogits, undefined, this.#settings.profile);
      return { type: 'verdict', verdict: answer, reasoning: '', numTokens: 1 };
    }
    if (verdict === null) return { type: 'unanswered', reasoning, loops };
    return { type: 'verdict', verdict, reasoning, numTokens: newTokenIds.length };
  }

  #encode(step: ProtocolStep): Int32Array {
    const { tokenizer, query } = this.#settings;
    return step.type === 'think'
      ? encodeContinuedPrompt(tokenizer, query, this.#document, step.before)
      : encodeForcedPrompt(tokenizer, query, this.#document, step.reasoning);
  }

  #begin(step: ProtocolStep, promptTokenIds: Int32Array): Sequence {
    this.#step = step;
    if (step.type === 'answer') {
      const next: StopCondition['next'] = (_tokenId, watchedLogits) => {
        this.#answerLogits = watchedLogits.slice();
        return 'finish';
      };
      return new Sequence({ promptTokenIds, maxNewTokens: 1, stopCondition: { next } });
    }
    this.#before = step.before;
    this.#reader = this.#newReader();
    const { tokenizer, profile } = this.#settings;
    const { quoteCue } = profile;
    return new Sequence({
      promptTokenIds,
      maxNewTokens: step.maxNewTokens,
      stopCondition: this.#reader,
      sampler:
        quoteCue === null
          ? this.#sampler
          : new VerbatimQuotes(tokenizer, quoteCue, this.#document, this.#sampler),
    });
  }

  #newReader(): ChainReader {
    const { tokenizer, markers, eosTokenIds, loopGuard, profile } = this.#settings;
    return new ChainReader(tokenizer, markers, eosTokenIds, { loopGuard, profile });
  }
}
