/**
 * A ModelRunner without a model, whose tokens can be worked out by hand. A row's next token is
 *
 *     (sum over its tokens of (position + 1) * tokenId) mod vocabSize
 *
 * so it depends on every token of the row, on their order and on nothing else. With a vocabulary of 50, the prompt
 * 7 3 gives 1*7 + 2*3 = 13; decoding goes on with 13 + 3*13 = 52 mod 50 = 2, then 52 + 4*2 = 60 mod 50 = 10.
 * The logit of watched id w is ((sum + w) mod 97) / 8 - 6. A test may pass its own rule instead.
 *
 * It keeps the tokens of each slot, as a cache keeps their keys and values, and throws when the caller breaks the
 * contract: a slot out of range or twice in a step, a prefix that rows do not share, a decode before the prefill, a wrong position or token, a row
 * beyond its capacity, two steps at once, a step after dispose. A slot left out of a decode step is given back.
 */
import { assert } from '../../src/base/assert.ts';
import type {
  DecodeRow,
  ModelRunner,
  PrefillRow,
  StepOutput,
  StepPlan,
} from '../../src/engine/model-runner.ts';

export interface NextToken {
  readonly tokenId: number;
  /** [W] */
  readonly watchedLogits: readonly number[];
  /** [V]; where a rule gives them the caller may go on with another token than the greedy one */
  readonly logits?: readonly number[];
}

/** The next token after a row's tokens. */
export type NextTokenRule = (tokenIds: readonly number[]) => NextToken;

export interface ScriptedRunnerOptions {
  readonly maxSlots: number;
  readonly maxLength: number;
  readonly rule?: NextTokenRule;
  /** whether a step that failed may be tried with fewer rows */
  readonly survivesFaults?: boolean;
  /** Runs before each step; throws or waits to make the step fail or take long. */
  /** as in RunnerOptions */
  readonly scoresOnly?: boolean | undefined;
  readonly beforeStep?: (plan: StepPlan, stepIndex: number) => void | Promise<void>;
}

interface Row {
  readonly tokenIds: number[];
  newestTokenId: number;
  /** whether its next token may be any */
  isFree: boolean;
}

export const SCRIPTED_VOCAB_SIZE = 50;
export const SCRIPTED_WATCHED_IDS = [3, 4];

export function sumRule(vocabSize = SCRIPTED_VOCAB_SIZE, watchedIds = SCRIPTED_WATCHED_IDS): NextTokenRule {
  return (tokenIds) => {
    const sum = tokenIds.reduce((total, tokenId, position) => total + (position + 1) * tokenId, 0);
    return { tokenId: sum % vocabSize, watchedLogits: watchedIds.map((id) => ((sum + id) % 97) / 8 - 6) };
  };
}

/** The expected tokens of a prompt, alone or in any batch. */
export function tokensByHand(
  rule: NextTokenRule,
  promptTokenIds: Iterable<number>,
  numTokens: number,
): number[] {
  const tokenIds = [...promptTokenIds];
  return Array.from({ length: numTokens }, () => {
    const { tokenId } = rule(tokenIds);
    tokenIds.push(tokenId);
    return tokenId;
  });
}

export class ScriptedRunner implements ModelRunner {
  readonly maxSlots: number;
  readonly maxLength: number;
  /** Every plan it was given, failed ones included. */
  readonly plans: StepPlan[] = [];
  disposed = false;
  readonly survivedFault: boolean;
  readonly #rule: NextTokenRule;
  readonly #beforeStep: ScriptedRunnerOptions['beforeStep'];
  readonly #scoresOnly: boolean;
  readonly #rows = new Map<number, Row>();
  #running = false;

  constructor(options: ScriptedRunnerOptions) {
    const { maxSlots, maxLength, rule, beforeStep, survivesFaults = false, scoresOnly = false } = options;
    this.survivedFault = survivesFaults;
    this.#scoresOnly = scoresOnly;
    this.maxSlots = maxSlots;
    this.maxLength = maxLength;
    this.#rule = rule ?? sumRule();
    this.#beforeStep = beforeStep;
  }

  /** Four for each token that a slot holds. */
  get numBytes(): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + 4 * row.tokenIds.length, 0);
  }

  async run(plan: StepPlan): Promise<StepOutput> {
    assert(!this.disposed, 'the runner was disposed');
    assert(!this.#running, 'one step at a time');
    this.#running = true;
    try {
      this.plans.push(plan);
      await this.#beforeStep?.(plan, this.plans.length - 1);
      return this.#output(this.#takeRows(plan));
    } finally {
      this.#running = false;
    }
  }

  dispose(): Promise<void> {
    this.disposed = true;
    this.#rows.clear();
    return Promise.resolve();
  }

  #takeRows(plan: StepPlan): Row[] {
    const slots = plan.rows.map((row) => row.slot);
    assert(slots.length > 0, 'a step has at least one row');
    assert(new Set(slots).size === slots.length, 'a slot is in a step once');
    assert(
      slots.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < this.maxSlots),
      'slots are in range',
    );
    if (plan.kind === 'prefill') {
      const { rows, numPrefixTokens = 0 } = plan;
      const prefix = String(rows[0]?.tokenIds.subarray(0, numPrefixTokens));
      for (const { tokenIds } of rows) {
        assert(tokenIds.length > numPrefixTokens, 'a row has tokens of its own behind the prefix');
        assert(String(tokenIds.subarray(0, numPrefixTokens)) === prefix, 'the rows share their prefix');
      }
      return rows.map((row) => this.#prefill(row));
    }
    assert(!this.#scoresOnly, 'rows that are only scored are never decoded');
    for (const slot of [...this.#rows.keys()]) if (!slots.includes(slot)) this.#rows.delete(slot);
    return plan.rows.map((row) => this.#decode(row));
  }

  #prefill({ slot, tokenIds }: PrefillRow): Row {
    assert(tokenIds.length > 0 && tokenIds.length <= this.maxLength, 'a prompt fits its slot');
    const row = { tokenIds: [...tokenIds], newestTokenId: -1, isFree: false };
    this.#rows.set(slot, row);
    return row;
  }

  #decode({ slot, tokenId, position }: DecodeRow): Row {
    const row = this.#rows.get(slot);
    assert(row, `slot ${slot} decodes before its prefill`);
    assert(
      position === row.tokenIds.length,
      `position ${position} is not behind the ${row.tokenIds.length} tokens`,
    );
    assert(position < this.maxLength, `position ${position} is behind the end of the slot`);
    assert(
      tokenId === row.newestTokenId || row.isFree,
      `slot ${slot} goes on with ${tokenId}, not with ${row.newestTokenId}`,
    );
    row.tokenIds.push(tokenId);
    return row;
  }

  #output(rows: readonly Row[]): StepOutput {
    const next = rows.map((row) => this.#rule(row.tokenIds));
    rows.forEach((row, r) => {
      row.newestTokenId = next[r]?.tokenId ?? -1;
      row.isFree = next[r]?.logits !== undefined;
    });
    const logits = next.flatMap((one) => one.logits ?? []);
    return {
      tokenIds: Int32Array.from(next, ({ tokenId }) => tokenId),
      watchedLogits: Float32Array.from(next.flatMap(({ watchedLogits }) => watchedLogits)),
      ...(logits.length > 0 && { logits: Float32Array.from(logits) }),
    };
  }
}
