/** What the quality report measures: a collection, a mode, a dtype, and how many queries. */
import type { RerankOptions } from '../../src/protocol/rerank-api.ts';

export const DTYPES = ['q4', 'q8', 'fp32'] as const;
export type Dtype = (typeof DTYPES)[number];

export const COLLECTIONS = {
  selqa: {
    title: 'SelQA dev',
    file: 'evaluation/selqa/dev.eval.jsonl.gz',
    /** all sentences of a section, in the order of the article */
    depth: Infinity,
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

export const MODES = {
  reason: {},
  instant: { mode: 'instant' },
  rethink: { rethink: 1 },
  samples: { samples: 2, temperature: 0.6, seed: 1 },
} as const satisfies Record<string, RerankOptions>;
export type Mode = keyof typeof MODES;

export interface Cell {
  readonly collection: Collection;
  readonly mode: Mode;
  readonly dtype: Dtype;
  readonly numQueries: number;
}

export interface CellSizes {
  /** queries in every cell, so that modes and dtypes can be compared on the same ones */
  readonly each: Readonly<Record<Collection, number>>;
  /** queries that the model as it is published judges, reasoning and instantly */
  readonly main: Readonly<Record<Collection, number>>;
}

/** In the order in which they are measured: the small ones first, so that a run that is cut short has something of each. */
export function listCells({ each, main }: CellSizes): Cell[] {
  const collections = Object.keys(COLLECTIONS) as Collection[];
  const modes = (['instant', 'reason', 'rethink', 'samples'] as const).flatMap((mode) =>
    DTYPES.flatMap((dtype) =>
      collections.map((collection) => ({ collection, mode, dtype, numQueries: each[collection] })),
    ),
  );
  const whole = (['instant', 'reason'] as const).flatMap((mode) =>
    collections.map((collection) => ({
      collection,
      mode,
      dtype: 'q4' as const,
      numQueries: main[collection],
    })),
  );
  return [...modes, ...whole];
}

export function cellName({ collection, mode, dtype }: Omit<Cell, 'numQueries'>): string {
  return `${collection}-${mode}-${dtype}`;
}
