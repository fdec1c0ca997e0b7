/**
 * Two layers of a published reranker at its true width, in fp32, with computed weights and its vocabulary folded to a few
 * rows, and the scores that transformers gives with the same (test/oracle/profiles/make_scores.py).
 */
import { convertModel } from '../../src/convert/convert-model.ts';
import { makeVerdict } from '../../src/rank1/verdict.ts';
import { MemoryOutput } from '../unit/convert/support/memory-folder.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint } from '../unit/convert/support/synthetic-checkpoint.ts';
import { FIXTURE, profileOf, promptIds, readJson } from './profile-prompts.ts';

interface Scores {
  readonly vocabSize: number;
  readonly numLayers: number;
  readonly models: Readonly<
    Record<
      string,
      {
        readonly config: string;
        /** unfolded */
        readonly answers: readonly number[];
        /** null: too long for the oracle */
        readonly rows: readonly { readonly numTokens: number; readonly score: number | null }[];
      }
    >
  >;
}

const SCORES = readJson('test/fixtures/profiles/scores.json') as Scores;
const CONFIGS = readJson('test/fixtures/convert/configs.json') as Record<string, Record<string, unknown>>;

export const RERANKER_NAMES = Object.keys(SCORES.models);

export interface ScoredPrompt {
  readonly ids: readonly number[];
  readonly expected: number;
}

export class FoldedReranker {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** unfolded: those of the profile's texts */
  get answers(): readonly number[] {
    return this.#scores.answers;
  }

  get watchedTokenIds(): readonly number[] {
    return this.answers.map(fold);
  }

  /** In files of at most 64 MB, as they may travel through Playwright. */
  async convert(): Promise<MemoryOutput> {
    const { numLayers, vocabSize } = SCORES;
    const config = { ...CONFIGS[this.#scores.config], num_hidden_layers: numLayers, vocab_size: vocabSize };
    const output = new MemoryOutput();
    const options = convertOptions({ dtype: 'fp32', shardBytes: 64e6 });
    await convertModel(new SyntheticCheckpoint(config, 'exact'), output, options);
    return output;
  }

  /** Our prompts of the pairs that transformers has scored. */
  prompts(): ScoredPrompt[] {
    const { rows } = this.#scores;
    return FIXTURE.rows.flatMap(({ query, document: [text, count], instruction }, place) => {
      const ids = promptIds(this.#name, query, text.repeat(count), instruction).map(fold);
      const { numTokens, score } = rows[place]!;
      if (ids.length !== numTokens)
        throw new Error(`pair ${place} has ${ids.length} tokens, not ${numTokens}`);
      return score === null ? [] : [{ ids, expected: score }];
    });
  }

  /** @param logits of the answers */
  score(logits: readonly number[]): number {
    return makeVerdict(logits, undefined, profileOf(this.#name)).score;
  }

  get #scores(): Scores['models'][string] {
    return SCORES.models[this.#name]!;
  }
}

const fold = (id: number): number => id % SCORES.vocabSize;

/** Prompts of similar length together, so that little is padding. */
export function inBatches(prompts: readonly ScoredPrompt[], size: number): ScoredPrompt[][] {
  const sorted = prompts.toSorted((a, b) => a.ids.length - b.ids.length);
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
    sorted.slice(i * size, (i + 1) * size),
  );
}
