/**
 * What is known of the model a server has: told by the server when asked, or learned from its refusals. One per server,
 * shared by all runs.
 */
import type { RunOptions } from '../protocol/rerank-api.ts';
import type { AnswerTokenIds } from './answer-verdict.ts';

/** The reference's. */
const DEFAULT_MAX_NEW_TOKENS = 8192;
/** Of the released models, until the server tells. */
const ASSUMED_MAX_LENGTH = 16_000;

export class RemoteModel {
  readonly id: string;
  /** null where the server does not tell */
  readonly answerTokenIds: AnswerTokenIds | null;
  /** whether the server counts tokens */
  readonly tokenizes: boolean;
  /** Whether the server is to name tokens by their ids, as their texts did not tell them apart. */
  namesTokensById = false;
  #maxLength: number | null;

  /** @param maxLength tokens of prompt and completion; null where the server does not tell */
  constructor(
    id: string,
    maxLength: number | null,
    answerTokenIds: AnswerTokenIds | null,
    tokenizes: boolean,
  ) {
    this.id = id;
    this.#maxLength = maxLength;
    this.answerTokenIds = answerTokenIds;
    this.tokenizes = tokenizes;
  }

  get isLengthKnown(): boolean {
    return this.#maxLength !== null;
  }

  get maxLength(): number {
    return this.#maxLength ?? ASSUMED_MAX_LENGTH;
  }

  /** Tokens of a chain, or of an answer without one; half the context at most. */
  maxNewTokens({ reasons, maxNewTokens = DEFAULT_MAX_NEW_TOKENS }: RunOptions): number {
    return reasons === 'none' ? 1 : Math.max(1, Math.min(maxNewTokens, Math.floor(this.maxLength / 2)));
  }

  /** A refusal knows the context better than whatever said so before. @param maxLength as a refusal says */
  learn(maxLength: number): void {
    this.#maxLength = Math.min(maxLength, this.#maxLength ?? Infinity);
  }
}
