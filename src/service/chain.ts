/**
 * One chain of thought from its prompt to its verdict. It may take several sequences, one after the other: the chain,
 * its continuations (`rethink`), and the prompt that asks for an answer where none came. Knows no documents and no
 * engine: it hands out the sequence to run next, and is told of each token.
 */
import { Sequence } from '../engine/sequence.ts';
import { chainSeed, TemperatureSampler, type TokenSampler } from '../engine/temperature-sampler.ts';
import type { FinishReason, RerankMode, Verdict } from '../protocol/rerank-api.ts';
import { ChainReader } from '../rank1/chain-reader.ts';
import type { MarkerTokenIds } from '../rank1/markers.ts';
import {
  encodeContinuedPrompt,
  encodeForcedPrompt,
  RETHINK_CUE,
  trimToLastSentence,
} from '../rank1/prompt.ts';
import type { Sampling } from '../rank1/sampled-chains.ts';
import { makeVerdict } from '../rank1/verdict.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { cutText } from '../passages/cut-text.ts';

export interface ChainSettings {
  readonly tokenizer: Tokenizer;
  readonly markers: MarkerTokenIds;
  readonly eosTokenIds: readonly number[];
  readonly mode: RerankMode;
  readonly rethink: number;
  readonly loopGuard: boolean;
  /** the query as it stands in the prompt */
  readonly query: string;
  /** of the whole chain, continuations included */
  readonly maxNewTokens: number;
  /** tokens a row can hold */
  readonly maxLength: number;
  /** null: greedy */
  readonly sampling: Pick<Sampling, 'temperature' | 'seed'> | null;
}

export interface ChainOutcome {
  readonly finishReason: Extract<FinishReason, 'verdict' | 'length' | 'loop' | 'failed'>;
  /** null only when `failed`: the model's numbers overflowed, and no score is made up */
  readonly verdict: Verdict | null;
}

export interface ChainStep {
  /** text that came with the token */
  readonly delta: string;
  /** the sequence to run next; null while the present one goes on, and at the end */
  readonly next: Sequence | null;
  /** set at the end */
  readonly outcome: ChainOutcome | null;
}

/** The answer was asked for: `label` is what the logits say then, and is forced unless nothing else was wanted. */
interface Asked {
  readonly finishReason: ChainOutcome['finishReason'];
  logits: Float32Array | null;
}

export class Chain {
  /** tokens the model produced, asked for or not */
  numNewTokens = 0;
  readonly #settings: ChainSettings;
  readonly #document: string;
  #numRethinks = 0;
  /** text of the chain before the present sequence */
  #before = '';
  #reader: ChainReader;
  #asked: Asked | null = null;
  #sequence: Sequence;
  readonly #sampler: TokenSampler | undefined;

  /**
   * @param promptTokenIds what the plan made of `document` in this mode
   * @param sample the chain's number among those that are sampled from this prompt
   */
  constructor(settings: ChainSettings, document: string, promptTokenIds: Int32Array, sample = 0) {
    this.#settings = settings;
    const { sampling } = settings;
    this.#sampler =
      sampling === null
        ? undefined
        : new TemperatureSampler(sampling.temperature, chainSeed(sampling.seed, promptTokenIds, sample));
    this.#document = document;
    this.#reader = this.#newReader();
    this.#sequence =
      settings.mode === 'instant'
        ? this.#ask(promptTokenIds, 'verdict')
        : this.#think(promptTokenIds, settings.maxNewTokens);
  }

  /** The sequence that is to run, or runs. */
  get sequence(): Sequence {
    return this.#sequence;
  }

  /** The whole chain so far, without its markers. */
  get reasoning(): string {
    return this.#before + this.#reader.reasoning;
  }

  /** Call after each step that gave the present sequence a token. */
  takeToken(): ChainStep {
    if (this.#sequence.finishReason === 'failed')
      return { delta: '', next: null, outcome: { finishReason: 'failed', verdict: null } };
    this.numNewTokens++;
    const asked = this.#asked;
    if (asked?.logits) {
      const answer = makeVerdict(asked.logits);
      const verdict = { ...answer, forced: asked.finishReason !== 'verdict' };
      return { delta: '', next: null, outcome: { finishReason: asked.finishReason, verdict } };
    }
    const delta = this.#reader.takeDelta();
    if (this.#sequence.finishReason === null) return { delta, next: null, outcome: null };
    const { verdict } = this.#reader;
    if (verdict === null) return { delta, next: this.#force(), outcome: null };
    const next = this.#rethink();
    if (next) return { delta: delta + RETHINK_CUE, next, outcome: null };
    return { delta, next: null, outcome: { finishReason: 'verdict', verdict } };
  }

  /** The continuation after a verdict; null when there is none left, or no room for it: then the last verdict stands. */
  #rethink(): Sequence | null {
    const { rethink, maxNewTokens, maxLength, tokenizer, query } = this.#settings;
    const numTokensLeft = maxNewTokens - this.numNewTokens;
    if (this.#numRethinks >= rethink || numTokensLeft < 1) return null;
    const text = this.reasoning + RETHINK_CUE;
    const promptTokenIds = encodeContinuedPrompt(tokenizer, query, this.#document, text);
    if (promptTokenIds.length > maxLength) return null;
    this.#numRethinks++;
    this.#before = text;
    this.#reader = this.#newReader();
    return (this.#sequence = this.#think(promptTokenIds, numTokensLeft));
  }

  /** The prompt that asks for the answer; one step, whose answer logits are the verdict. */
  #force(): Sequence {
    const { tokenizer, query, maxLength } = this.#settings;
    const prompt = (reasoning: string) =>
      encodeForcedPrompt(tokenizer, query, this.#document, trimToLastSentence(reasoning));
    let promptTokenIds = prompt(this.reasoning);
    // Re-encoding may need a few tokens more than were generated; the end of the chain gives way.
    for (let kept = this.reasoning; promptTokenIds.length > maxLength && kept !== '';) {
      kept = cutText(kept, Math.floor(kept.length * 0.9));
      promptTokenIds = prompt(kept);
    }
    return (this.#sequence = this.#ask(promptTokenIds, this.#reader.loops ? 'loop' : 'length'));
  }

  #think(promptTokenIds: Int32Array, maxNewTokens: number): Sequence {
    return new Sequence({
      promptTokenIds,
      maxNewTokens,
      stopCondition: this.#reader,
      sampler: this.#sampler,
    });
  }

  #ask(promptTokenIds: Int32Array, finishReason: Asked['finishReason']): Sequence {
    const asked: Asked = { finishReason, logits: null };
    this.#asked = asked;
    const next = (_tokenId: number, watchedLogits: Float32Array): 'finish' => {
      asked.logits = watchedLogits.slice();
      return 'finish';
    };
    return new Sequence({ promptTokenIds, maxNewTokens: 1, stopCondition: { next } });
  }

  #newReader(): ChainReader {
    const { tokenizer, markers, eosTokenIds, loopGuard } = this.#settings;
    return new ChainReader(tokenizer, markers, eosTokenIds, { loopGuard });
  }
}
