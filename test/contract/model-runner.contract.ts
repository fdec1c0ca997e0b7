/**
 * The contract of every ModelRunner, as named cases that throw. No test framework and nothing of
 * Node: vitest runs them on the scripted and the WASM runner, a page in a real browser on the WebGPU runner.
 *
 * A harness makes runners of one model. Rows are compared by their tokens, and by their watched logits within
 * `logitTolerance`, because sums in another order differ in the last bits.
 */
import { assert } from '../../src/base/assert.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { ModelRunner, StepOutput } from '../../src/engine/model-runner.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

export interface RunnerUnderTest {
  readonly runner: ModelRunner;
  /** Bytes of keys and values held now. */
  numBytes(): number;
}

export interface RunnerHarness {
  readonly vocabSize: number;
  readonly logitTolerance: number;
  /** A step takes so long that cases which repeat themselves do so less often. */
  readonly isSlow?: boolean;
  create(options: { readonly maxSlots: number; readonly maxLength: number }): Promise<RunnerUnderTest>;
}

export interface ContractCase {
  readonly name: string;
  run(harness: RunnerHarness): Promise<void>;
}

/** A row's output: its tokens and their watched logits. */
interface Chain {
  readonly tokenIds: number[];
  readonly logits: number[][];
  readonly finishReason: string | null;
}

const numNewTokensOf = ({ isSlow }: RunnerHarness): number => (isSlow ? 3 : 8);
/** For cases that are about prefills. */
const FEW_NEW_TOKENS = 3;
const MAX_LENGTH = 160;

export const MODEL_RUNNER_CONTRACT: readonly ContractCase[] = [
  {
    name: 'batched rows give what each gives alone',
    run: async (harness) => {
      const prompts = makePrompts(harness, 6, 1);
      const alone: Chain[] = [];
      for (const prompt of prompts) alone.push(...(await decodeAll(harness, [prompt], { maxSlots: 1 })));
      const distinct = new Set(alone.flatMap((chain) => chain.tokenIds)).size;
      check(distinct >= 5, `a model with ${distinct} different tokens shows nothing`);
      compareChains(harness, await decodeAll(harness, prompts, { maxSlots: 6 }), alone);
    },
  },
  {
    name: 'neither the order of arrival nor the number of slots changes a token',
    run: async (harness) => {
      const prompts = makePrompts(harness, 7, 2);
      const expected = await decodeAll(harness, prompts, { maxSlots: 7 });
      const random = new SeededRandom(3);
      for (const maxSlots of harness.isSlow ? [3, 16] : [1, 2, 3, 5, 16]) {
        const order = random.shuffle(prompts.map((_, index) => index));
        const chains = await decodeAll(
          harness,
          order.map((index) => at(prompts, index)),
          { maxSlots },
        );
        compareChains(
          harness,
          chains,
          order.map((index) => at(expected, index)),
        );
      }
    },
  },
  {
    name: 'a reused slot leaves no trace of the row before',
    run: async (harness) => {
      const [long, short] = [makePrompt(harness, 90, 4), makePrompt(harness, 5, 5)];
      const [alone] = await decodeAll(harness, [short], { maxSlots: 1 });
      const [, after] = await decodeAll(harness, [long, short], { maxSlots: 1 });
      compareChains(harness, [after], [alone]);
    },
  },
  {
    name: 'rows of very different lengths share a step',
    run: async (harness) => {
      const prompts = [1, 120, 2, 64, 65, 63, 1].map((length, seed) =>
        makePrompt(harness, length, 20 + seed),
      );
      const alone: Chain[] = [];
      for (const prompt of prompts) alone.push(...(await decodeAll(harness, [prompt], { maxSlots: 1 })));
      // No limit on padding: one prefill step takes them all.
      compareChains(harness, await decodeAll(harness, prompts, { maxSlots: 7, maxPaddingShare: 1 }), alone);
    },
  },
  {
    name: 'rows that come while others decode change nothing',
    run: async (harness) => {
      const prompts = makePrompts(harness, 5, 6);
      const expected = await decodeAll(harness, prompts, { maxSlots: 5 });
      const { runner } = await harness.create({ maxSlots: 3, maxLength: MAX_LENGTH });
      const engine = new Engine(runner);
      const rows = prompts.map((prompt) => new WatchedRow(prompt, numNewTokensOf(harness)));
      for (const row of rows) {
        engine.add(row.sequence);
        await engine.step();
        await engine.step();
      }
      while (engine.hasWork) await engine.step();
      await runner.dispose();
      compareChains(
        harness,
        rows.map((row) => row.chain),
        expected,
      );
    },
  },
  {
    name: 'after an abort at any step the slots serve new rows as if nothing had been',
    run: async (harness) => {
      const prompts = makePrompts(harness, 3, 7);
      const expected = await decodeAll(harness, prompts, { maxSlots: 3 });
      const { runner } = await harness.create({ maxSlots: 3, maxLength: MAX_LENGTH });
      for (let numSteps = 0; numSteps < 6; numSteps += harness.isSlow ? 3 : 1) {
        const engine = new Engine(runner);
        for (const prompt of makePrompts(harness, 5, 30 + numSteps)) {
          engine.add(new WatchedRow(prompt, numNewTokensOf(harness)).sequence);
        }
        for (let step = 0; step < numSteps; step++) await engine.step();
        engine.abortAll();
        compareChains(harness, await decodeWith(harness, engine, prompts), expected);
      }
      await runner.dispose();
    },
  },
  {
    name: 'a row runs to the end of its capacity and its neighbour is not touched',
    run: async (harness) => {
      const [full, beside] = [makePrompt(harness, 20, 8), makePrompt(harness, 9, 9)];
      const run = { maxLength: 24, numNewTokens: 8 };
      const [alone] = await decodeAll(harness, [beside], { ...run, maxSlots: 1 });
      const chains = await decodeAll(harness, [full, beside], { ...run, maxSlots: 2 });
      // 24 tokens fit; the one after the last is still produced, but has no room to be run itself.
      check(
        at(chains, 0).tokenIds.length === 5,
        `a row of 20 in 24 gives 5 tokens, not ${at(chains, 0).tokenIds.length}`,
      );
      check(at(chains, 0).finishReason === 'length', 'it ends for its length');
      compareChains(harness, [chains[1]], [alone]);
      const [exact] = await decodeAll(harness, [makePrompt(harness, 24, 10)], { maxSlots: 1, maxLength: 24 });
      check(exact?.tokenIds.length === 1, 'a prompt that fills the slot gives one token');
    },
  },
  {
    name: 'prefill and decode equal one longer prefill',
    run: async (harness) => {
      const prompt = makePrompt(harness, 30, 11);
      const [chain] = await decodeAll(harness, [prompt], { maxSlots: 1 });
      check(chain !== undefined, 'there is a chain');
      const numNewTokens = numNewTokensOf(harness);
      for (const numDecoded of new Set([1, Math.min(5, numNewTokens - 1), numNewTokens - 1])) {
        const longer = Int32Array.from([...prompt, ...chain.tokenIds.slice(0, numDecoded)]);
        const [rest] = await decodeAll(harness, [longer], {
          maxSlots: 1,
          numNewTokens: numNewTokens - numDecoded,
        });
        compareChains(
          harness,
          [rest],
          [{ ...chain, tokenIds: chain.tokenIds.slice(numDecoded), logits: chain.logits.slice(numDecoded) }],
        );
      }
    },
  },
  {
    name: 'a prefix that is run once changes no token, whatever comes behind it',
    run: async (harness) => {
      const random = new SeededRandom(40);
      for (const [numPrefixTokens, maxLength] of [
        [1, MAX_LENGTH],
        [70, MAX_LENGTH],
        // Too little room behind it for a kernel that wants many tokens.
        [36, 56],
      ] as const) {
        const prefix = makePrompt(harness, numPrefixTokens, random.integer(0, 1e6));
        const run = { maxLength, numNewTokens: FEW_NEW_TOKENS };
        const room = maxLength - numPrefixTokens - FEW_NEW_TOKENS;
        const lengths = [1, 2, room, random.integer(1, room), 1, Math.min(33, room)];
        const prompts: Int32Array[] = lengths.map((length, seed) =>
          Int32Array.from([...prefix, ...makePrompt(harness, length, 50 + seed)]),
        );
        // Two do not begin with it; one of them is the prefix itself.
        prompts.splice(2, 0, prefix, makePrompt(harness, 40, 60));
        const expected = await decodeAll(harness, prompts, { ...run, maxSlots: 8 });
        for (const maxSlots of harness.isSlow ? [3] : [3, 8]) {
          const options = { ...run, maxSlots, prefixTokenIds: prefix };
          compareChains(harness, await decodeAll(harness, prompts, options), expected);
        }
      }
    },
  },
  {
    name: 'a kept prefix serves the next run, and another prefix takes its place',
    run: async (harness) => {
      const [one, other] = [makePrompt(harness, 40, 70), makePrompt(harness, 40, 71)];
      const behind = (prefix: Int32Array) =>
        [5, 50, 20].map((length, seed) =>
          Int32Array.from([...prefix, ...makePrompt(harness, length, 72 + seed)]),
        );
      for (const prefix of [one, other, one]) {
        const run = { maxSlots: 3, numNewTokens: FEW_NEW_TOKENS };
        const expected = await decodeAll(harness, behind(prefix), run);
        const options = { ...run, prefixTokenIds: prefix };
        compareChains(harness, await decodeAll(harness, behind(prefix), options), expected);
      }
    },
  },
  {
    name: 'a row that came behind a prefix leaves a reused slot, and its prefix, as they were',
    run: async (harness) => {
      const prefix = makePrompt(harness, 24, 80);
      const prompts = [60, 3, 31, 1, 90].map((length, seed) =>
        Int32Array.from([...(seed % 3 === 2 ? [] : prefix), ...makePrompt(harness, length, 81 + seed)]),
      );
      const expected = await decodeAll(harness, prompts, { maxSlots: 5 });
      const { runner } = await harness.create({ maxSlots: 2, maxLength: MAX_LENGTH });
      // Aborted at a step, then decoded to the end on the same runner.
      for (let numSteps = 0; numSteps < 5; numSteps += harness.isSlow ? 3 : 1) {
        const engine = new Engine(runner, { prefixTokenIds: prefix });
        for (const prompt of prompts) engine.add(new WatchedRow(prompt, numNewTokensOf(harness)).sequence);
        for (let step = 0; step < numSteps; step++) await engine.step();
        engine.abortAll();
      }
      const engine = new Engine(runner, { prefixTokenIds: prefix });
      compareChains(harness, await decodeWith(harness, engine, prompts), expected);
      await runner.dispose();
    },
  },
  {
    name: 'several prefill steps may come before a decode step',
    run: async (harness) => {
      const prompts = makePrompts(harness, 4, 12);
      const expected = await decodeAll(harness, prompts, { maxSlots: 4 });
      const { runner } = await harness.create({ maxSlots: 4, maxLength: MAX_LENGTH });
      const tokenIds: number[] = [];
      for (const [slot, prompt] of prompts.entries()) {
        const output = await runner.run({ kind: 'prefill', rows: [{ slot, tokenIds: prompt }] });
        tokenIds.push(at([...output.tokenIds], 0));
      }
      const rows = prompts.map((prompt, slot) => ({
        slot,
        tokenId: at(tokenIds, slot),
        position: prompt.length,
      }));
      const output = await runner.run({ kind: 'decode', rows });
      await runner.dispose();
      prompts.forEach((_, slot) => {
        const expectedIds = at(expected, slot).tokenIds;
        check(tokenIds[slot] === expectedIds[0], `slot ${slot} has its first token`);
        check(output.tokenIds[slot] === expectedIds[1], `slot ${slot} has its second token`);
      });
    },
  },
  {
    name: 'the rows of an output are in the order of the plan, whatever their slots are',
    run: async (harness) => {
      const prompts = makePrompts(harness, 4, 13);
      const { runner } = await harness.create({ maxSlots: 4, maxLength: MAX_LENGTH });
      const slots = [2, 0, 3, 1];
      const prefill = await runner.run({
        kind: 'prefill',
        rows: prompts.map((tokenIds, r) => ({ slot: at(slots, r), tokenIds })),
      });
      const decodeRows = prompts.map((prompt, r) => ({
        slot: at(slots, r),
        tokenId: at([...prefill.tokenIds], r),
        position: prompt.length,
      }));
      const order = [3, 1, 0, 2];
      const decode = await runner.run({ kind: 'decode', rows: order.map((r) => at(decodeRows, r)) });
      await runner.dispose();
      const expected = await decodeAll(harness, prompts, { maxSlots: 4 });
      order.forEach((r, place) => {
        check(prefill.tokenIds[r] === at(expected, r).tokenIds[0], `prefill row ${r} is in its place`);
        check(decode.tokenIds[place] === at(expected, r).tokenIds[1], `decode row ${r} is in place ${place}`);
        compareLogits(harness, logitsOf(decode, place, 4), at(at(expected, r).logits, 1), `decode row ${r}`);
      });
    },
  },
  {
    name: 'an output stays as it is when the next step has run',
    run: async (harness) => {
      const prompt = makePrompt(harness, 8, 14);
      const { runner } = await harness.create({ maxSlots: 1, maxLength: MAX_LENGTH });
      const first = await runner.run({ kind: 'prefill', rows: [{ slot: 0, tokenIds: prompt }] });
      const [tokenIds, logits] = [[...first.tokenIds], [...first.watchedLogits]];
      const tokenId = at(tokenIds, 0);
      await runner.run({ kind: 'decode', rows: [{ slot: 0, tokenId, position: prompt.length }] });
      await runner.dispose();
      check(String([...first.tokenIds]) === String(tokenIds), 'the token ids are the same');
      check(String([...first.watchedLogits]) === String(logits), 'the watched logits are the same');
    },
  },
  {
    name: 'nothing is held after dispose, which may come twice',
    run: async (harness) => {
      const { runner, numBytes } = await harness.create({ maxSlots: 2, maxLength: MAX_LENGTH });
      await decodeWith(harness, new Engine(runner), makePrompts(harness, 3, 15));
      check(numBytes() > 0, 'a runner at work holds keys and values');
      await runner.dispose();
      await runner.dispose();
      check(numBytes() === 0, `${numBytes()} bytes are still held`);
    },
  },
  {
    name: 'a step after dispose is rejected',
    run: async (harness) => {
      const { runner } = await harness.create({ maxSlots: 1, maxLength: MAX_LENGTH });
      await runner.dispose();
      const rows = [{ slot: 0, tokenIds: Int32Array.of(1, 2, 3) }];
      const outcome = await runner.run({ kind: 'prefill', rows }).then(
        () => 'ran',
        () => 'rejected',
      );
      check(outcome === 'rejected', 'it must not run');
    },
  },
  {
    name: 'a decode behind the end of a slot, or before its prefill, is rejected',
    run: async (harness) => {
      const { runner } = await harness.create({ maxSlots: 2, maxLength: 16 });
      await runner.run({ kind: 'prefill', rows: [{ slot: 0, tokenIds: makePrompt(harness, 16, 16) }] });
      for (const row of [
        { slot: 0, tokenId: 1, position: 16 },
        { slot: 1, tokenId: 1, position: 3 },
      ]) {
        const outcome = await runner.run({ kind: 'decode', rows: [row] }).then(
          () => 'ran',
          () => 'rejected',
        );
        check(outcome === 'rejected', `slot ${row.slot} must not run`);
      }
      await runner.dispose();
    },
  },
];

/** A sequence and the watched logits it saw. Never stops by itself. */
class WatchedRow {
  readonly sequence: Sequence;
  readonly #logits: number[][] = [];

  constructor(promptTokenIds: Int32Array, maxNewTokens: number) {
    this.sequence = new Sequence({
      promptTokenIds,
      maxNewTokens,
      stopCondition: {
        next: (_tokenId, watchedLogits) => {
          this.#logits.push([...watchedLogits]);
          return 'continue';
        },
      },
    });
  }

  get chain(): Chain {
    return {
      tokenIds: this.sequence.newTokenIds,
      logits: this.#logits,
      finishReason: this.sequence.finishReason,
    };
  }
}

async function decodeAll(
  harness: RunnerHarness,
  prompts: readonly Int32Array[],
  options: {
    maxSlots: number;
    maxLength?: number;
    numNewTokens?: number;
    maxPaddingShare?: number;
    prefixTokenIds?: Int32Array;
  },
): Promise<Chain[]> {
  const { maxSlots, maxLength = MAX_LENGTH, numNewTokens, ...engineOptions } = options;
  const { runner } = await harness.create({ maxSlots, maxLength });
  const chains = await decodeWith(harness, new Engine(runner, engineOptions), prompts, numNewTokens);
  await runner.dispose();
  return chains;
}

async function decodeWith(
  harness: RunnerHarness,
  engine: Engine,
  prompts: readonly Int32Array[],
  numNewTokens = numNewTokensOf(harness),
): Promise<Chain[]> {
  const rows = prompts.map((prompt) => new WatchedRow(prompt, numNewTokens));
  for (const row of rows) engine.add(row.sequence);
  while (engine.hasWork) await engine.step();
  return rows.map((row) => row.chain);
}

function makePrompt(harness: RunnerHarness, length: number, seed: number): Int32Array {
  const random = new SeededRandom(seed);
  return Int32Array.from({ length }, () => random.integer(0, harness.vocabSize - 1));
}

function makePrompts(harness: RunnerHarness, count: number, seed: number): Int32Array[] {
  const random = new SeededRandom(1000 + seed);
  return Array.from({ length: count }, () =>
    makePrompt(harness, random.integer(1, 100), random.integer(0, 1e6)),
  );
}

function compareChains(
  harness: RunnerHarness,
  actual: readonly (Chain | undefined)[],
  expected: readonly (Chain | undefined)[],
): void {
  check(actual.length === expected.length, `${expected.length} chains are expected, not ${actual.length}`);
  actual.forEach((chain, index) => {
    const other = expected[index];
    check(chain && other, `chain ${index} is there`);
    check(
      chain.tokenIds.join() === other.tokenIds.join(),
      `chain ${index} is ${chain.tokenIds.join()}, not ${other.tokenIds.join()}`,
    );
    chain.logits.forEach((logits, step) => {
      compareLogits(harness, logits, at(other.logits, step), `chain ${index}, step ${step}`);
    });
  });
}

function compareLogits(
  harness: RunnerHarness,
  actual: readonly number[],
  expected: readonly number[],
  what: string,
) {
  check(actual.length === expected.length && actual.length > 0, `${what}: watched logits are there`);
  actual.forEach((logit, w) => {
    const difference = Math.abs(logit - at(expected, w));
    check(difference <= harness.logitTolerance, `${what}: watched logit ${w} is off by ${difference}`);
  });
}

function logitsOf({ watchedLogits }: StepOutput, row: number, numRows: number): number[] {
  const numWatched = watchedLogits.length / numRows;
  return [...watchedLogits.subarray(row * numWatched, (row + 1) * numWatched)];
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  check(item !== undefined, `there is an item ${index}`);
  return item;
}

function check(condition: unknown, message: string): asserts condition {
  assert(condition, message);
}
