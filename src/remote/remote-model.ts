/** What is known about a server's model, reported by the server or learned from its rejections. Shared by all runs. */
import type { RunOptions } from '../protocol/rerank-api.ts';
import type { AnswerTokenIds } from './answer-verdict.ts';

/** As in the reference. */
const DEFAULT_MAX_NEW_TOKENS = 8192;
/** Context of the released models, assumed if the server does not report one. */
const ASSUMED_MAX_LENGTH = 16_000;

export class RemoteModel {
  readonly id: string;
  /** null if unknown */
  answerTokenIds: AnswerTokenIds | null = null;
  /** whether the server can count tokens; null as long as it could not be asked */
  tokenizes: boolean | null = null;
  /** Whether to request tokens by id, because their texts are ambiguous. */
  namesTokensById = false;
  #maxLength: number | null;

  /** @param maxLength tokens of prompt and completion; null if not reported */
  constructor(id: string, maxLength: number | null) {
    this.id = id;
    this.#maxLength = maxLength;
  }

  get isLengthKnown(): boolean {
    return this.#maxLength !== null;
  }

  get maxLength(): number {
    return this.#maxLength ?? ASSUMED_MAX_LENGTH;
  }

  /** Token limit of a chain, or of an answer without one; at most half the context. */
  maxNewTokens({ reasons, maxNewTokens = DEFAULT_MAX_NEW_TOKENS }: RunOptions): number {
    return reasons === 'none' ? 1 : Math.max(1, Math.min(maxNewTokens, Math.floor(this.maxLength / 2)));
  }

  /** @param maxLength context stated in a rejection; overrides a larger one */
  learn(maxLength: number): void {
    this.#maxLength = Math.min(maxLength, this.#maxLength ?? Infinity);
  }
}
