/**
 * rank1's protocol from prompt to verdict, as a state machine: it yields the next step and receives its result. Knows
 * neither tokens nor servers: `service/rerank/chain.ts` runs the steps on the engine, `remote/remote-chain.ts` on a
 * server. A score is never invented: a step without a verdict ends the chain without one.
 * Source: orionw/rank1 `rank1.py`.
 */
import { cutText } from '../passages/cut-text.ts';
import type { FinishReason, RunOptions, Verdict } from '../protocol/rerank-api.ts';
import { INSTANT_REASONING, RETHINK_CUE, trimToLastSentence } from './prompt.ts';

export interface ProtocolOptions extends Pick<RunOptions, 'reasons' | 'rethink'> {
  /** of the whole chain, continuations included */
  readonly maxNewTokens: number;
}

export type ProtocolStep =
  | {
      /** Decode after the prompt and `before` until the chain answers, ends, or has `maxNewTokens` more tokens. */
      readonly type: 'think';
      /** the chain so far, rethink cue included; empty at first */
      readonly before: string;
      readonly maxNewTokens: number;
    }
  | {
      /** Read the answer that follows the forced prompt with `reasoning`: one token. */
      readonly type: 'answer';
      readonly reasoning: string;
    };

/** Result of a step. `reasoning` is the text a `think` step added to the chain, without markers; empty for an answer. */
export type StepResult =
  | {
      readonly type: 'verdict';
      readonly verdict: Verdict;
      readonly reasoning: string;
      readonly numTokens: number;
    }
  /** The chain ended without an answer: by itself, at its limit, or in a loop. */
  | { readonly type: 'unanswered'; readonly reasoning: string; readonly loops: boolean }
  /** The model's output has no finite logits to read a verdict from. */
  | { readonly type: 'failed'; readonly reasoning: string }
  /** The step was not run, because its prompt does not fit. */
  | { readonly type: 'no-room' };

export interface ChainOutcome {
  readonly finishReason: Exclude<FinishReason, 'aborted'>;
  /** null when `failed` or `prompt-too-long` */
  readonly verdict: Verdict | null;
  /** the whole chain, trimmed, without markers */
  readonly reasoning: string;
  /** as in `Outcome`; the driver adds it */
  readonly maxTokens?: number;
}

export type ChainProtocol = Generator<ProtocolStep, ChainOutcome, StepResult>;

export function* chainProtocol({
  reasons = 'all',
  rethink = 0,
  maxNewTokens,
}: ProtocolOptions): ChainProtocol {
  if (reasons === 'none') {
    const result = yield { type: 'answer', reasoning: INSTANT_REASONING };
    if (result.type === 'no-room') return tooLong('');
    const { verdict, ...outcome } = ended('verdict', result, '');
    return { ...outcome, verdict: verdict && { ...verdict, instant: true } };
  }
  let chain = '';
  let last: ChainOutcome | null = null;
  let numTokensLeft = maxNewTokens;
  for (let round = 0; round <= rethink && numTokensLeft > 0; round++) {
    const before = round === 0 ? '' : chain + RETHINK_CUE;
    const result = yield { type: 'think', before, maxNewTokens: numTokensLeft };
    if (result.type === 'no-room') break; // the last verdict stands
    chain = before + result.reasoning;
    if (result.type === 'unanswered') return yield* force(chain, result.loops ? 'loop' : 'length');
    last = ended('verdict', result, chain);
    if (result.type === 'failed') break;
    numTokensLeft -= result.numTokens;
  }
  return last ?? tooLong(chain);
}

/** Asks an unanswered chain for its verdict, after its last complete sentence. */
function* force(chain: string, finishReason: 'length' | 'loop'): ChainProtocol {
  let reasoning: string | null = null;
  // The chain's text may encode to a few more tokens than were generated; if they do not fit, its end is cut off.
  for (let kept = chain; ; kept = cutText(kept, Math.floor(kept.length * 0.9))) {
    const trimmed = trimToLastSentence(kept);
    if (trimmed !== reasoning) {
      reasoning = trimmed;
      const result = yield { type: 'answer', reasoning };
      if (result.type !== 'no-room') return ended(finishReason, result, chain);
    }
    if (kept === '') return tooLong(chain);
  }
}

function ended(finishReason: 'verdict' | 'length' | 'loop', result: StepResult, chain: string): ChainOutcome {
  const reasoning = chain.trim();
  if (result.type !== 'verdict') return { finishReason: 'failed', verdict: null, reasoning };
  return { finishReason, verdict: { ...result.verdict, forced: finishReason !== 'verdict' }, reasoning };
}

function tooLong(chain: string): ChainOutcome {
  return { finishReason: 'prompt-too-long', verdict: null, reasoning: chain.trim() };
}
