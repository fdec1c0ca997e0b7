/** What the quality report measures: a collection, a mode, a form of the weights, and how many queries. */
import type { RunOptions } from '../../src/protocol/rerank-api.ts';

export interface WeightForm {
  /** as the manifest calls it */
  readonly dtype: 'q4' | 'q8' | 'fp32';
  /** for tables */
  readonly title: string;
  /** how the converter is told to make it from the published weights; null for those themselves */
  readonly convert: readonly string[] | null;
}

/**
 * The published weights are 4-bit in blocks of 32. fp32 holds the very same numbers. Blocks of another size have other
 * scales, so that rounding to them loses something; in blocks of 32 a second rounding would lose nothing.
 */
export const FORMS = {
  q4: { dtype: 'q4', title: 'q4, as published', convert: null },
  fp32: { dtype: 'fp32', title: 'fp32', convert: [] },
  q8: { dtype: 'q8', title: 'q8, blocks of 128', convert: ['--block-size', '128'] },
  'q4-again': { dtype: 'q4', title: 'q4 again, blocks of 64', convert: ['--block-size', '64'] },
} as const satisfies Record<string, WeightForm>;
export type Form = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as Form[];

export const COLLECTIONS = {
  selqa: {
    title: 'SelQA dev',
    file: 'evaluation/selqa/dev.eval.jsonl.gz',
    /** all sentences of a section, in the order of the article */
    depth: 1000,
    firstStage: 'bm25',
    relevanceLevel: 1,
  },
  dl19: {
    title: 'TREC DL 2019',
    file: 'evaluation/trec_dl19/dl19.bm25_top100.eval.jsonl.gz',
    depth: 10,
    firstStage: 'given',
    relevanceLevel: 2,
  },
} as const;
export type Collection = keyof typeof COLLECTIONS;
export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as Collection[];

export const MODES = {
  reason: {},
  instant: { reasons: 'none' },
  rethink: { rethink: 1 },
  samples: { samples: 2, temperature: 0.6, seed: 1 },
} as const satisfies Record<string, RunOptions>;
export type Mode = keyof typeof MODES;
export const MODE_NAMES = Object.keys(MODES) as Mode[];

export interface Cell {
  readonly collection: Collection;
  readonly mode: Mode;
  readonly form: Form;
  readonly numQueries: number;
}

export interface CellSizes {
  /** queries in every cell, so that modes and forms can be compared on the same ones */
  readonly each: Readonly<Record<Collection, number>>;
  /** queries that the model as it is published judges, reasoning and instantly */
  readonly main: Readonly<Record<Collection, number>>;
}

/** In the order in which they are measured: the small ones first, so that a run that is cut short has something of each. */
export function listCells({ each, main }: CellSizes): Cell[] {
  const small = (['instant', 'reason', 'rethink', 'samples'] as const).flatMap((mode) =>
    FORM_NAMES.flatMap((form) =>
      COLLECTION_NAMES.map((collection) => ({ collection, mode, form, numQueries: each[collection] })),
    ),
  );
  const whole = (['instant', 'reason'] as const).flatMap((mode) =>
    COLLECTION_NAMES.map((collection) => ({
      collection,
      mode,
      form: 'q4' as const,
      numQueries: main[collection],
    })),
  );
  return [...small, ...whole];
}

export function cellName({ collection, mode, form }: Omit<Cell, 'numQueries'>): string {
  return `${collection}-${mode}-${form}`;
}
