/**
 * Reads one chain token by token: decodes it, stops at the answer, and computes the verdict from that step's answer
 * logits. Used as a sequence's stop condition.
 */
import type { StopCondition } from '../engine/stop-condition.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../model/scoring-profile.ts';
import { IncrementalDecoder } from '../tokenizer/incremental-decoder.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { MarkerTokenIds } from './markers.ts';
import type { Verdict } from '../protocol/rerank-api.ts';
import { RepetitionDetector } from './repetition-detector.ts';
import { makeVerdict } from './verdict.ts';
import { VerdictDetector } from './verdict-detector.ts';

export class ChainReader implements StopCondition {
  readonly #decoder: IncrementalDecoder;
  readonly #detector: VerdictDetector;
  readonly #markers: MarkerTokenIds;
  readonly #eosTokenIds: Set<number>;
  readonly #repetition: RepetitionDetector | null;
  readonly #profile: ScoringProfile;
  #verdict: Verdict | null = null;
  #loops = false;
  #delta = '';

  /**
   * @param eosTokenIds from the model's configuration; the tokenizer's own end-of-text token also ends a chain
   * @param options.loopGuard stops a chain that is stuck in a loop
   * @param options.profile of the score
   */
  constructor(
    tokenizer: Tokenizer,
    markers: MarkerTokenIds,
    eosTokenIds: Iterable<number>,
    options: { readonly loopGuard?: boolean; readonly profile?: ScoringProfile } = {},
  ) {
    this.#repetition = options.loopGuard ? new RepetitionDetector() : null;
    this.#profile = options.profile ?? RANK1_PROFILE;
    this.#decoder = new IncrementalDecoder(tokenizer);
    this.#markers = markers;
    this.#detector = new VerdictDetector({ markerIsToken: markers.closeTokenId !== null });
    this.#eosTokenIds = new Set(eosTokenIds);
    if (tokenizer.eosTokenId !== null) this.#eosTokenIds.add(tokenizer.eosTokenId);
  }

  /** Null until the chain has answered. */
  get verdict(): Verdict | null {
    return this.#verdict;
  }

  /** Whether the loop guard stopped the chain. */
  get loops(): boolean {
    return this.#loops;
  }

  get reasoning(): string {
    return this.#detector.reasoning;
  }

  /** Reasoning since the last call. */
  takeDelta(): string {
    const delta = this.#delta;
    this.#delta = '';
    return delta;
  }

  next(tokenId: number, watchedLogits: Float32Array): 'continue' | 'finish' {
    if (this.#eosTokenIds.has(tokenId)) return 'finish';
    const text = this.#decoder.push(tokenId);
    this.#delta += this.#detector.push(text, tokenId === this.#markers.closeTokenId);
    if (this.#detector.label === null) {
      this.#loops = this.#repetition?.push(tokenId) ?? false;
      return this.#loops ? 'finish' : 'continue';
    }
    this.#verdict = makeVerdict(watchedLogits, this.#detector.label, this.#profile);
    return 'finish';
  }
}
