/** Judges the queries of a set and keeps each result on disk, so that an interrupted run goes on. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { QueryResult } from '../../src/evaluation/index.ts';
import { readKeptResults, runEvaluation } from '../../src/evaluation/node/run-evaluation.ts';
import type { Judge } from '../../src/evaluation/runner/judge.ts';
import type { LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';
import type { Arithmetic, CpuDevice, RunOptions } from '../../src/protocol/rerank-api.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { nodeJudge } from './node-judge.ts';
import { DEPTH, fileOf, setOf, type SetName } from './sets.ts';

export const MODES = {
  chain: {},
  instant: { reasons: 'none' },
  sampled: { samples: 2, temperature: 0.6, seed: 1 },
} as const satisfies Record<string, RunOptions>;
export type Mode = keyof typeof MODES;
export const MODE_NAMES = Object.keys(MODES) as Mode[];

export interface ModelForm {
  /** default: q4 where the folder has it, else its first */
  readonly dtype: string | undefined;
  readonly device: CpuDevice;
  readonly arithmetic: Arithmetic;
}

/** A model folder whose results are kept in a folder of their own, named by the weights. */
export class MeasuredModel {
  readonly name: string;
  readonly #sha256: string;
  readonly #folder: string;
  readonly #dtype: string;
  readonly #device: CpuDevice;
  readonly #arithmetic: Arithmetic;
  readonly #work: string;
  #loaded: LoadedRuntime | null = null;

  /** @param work where the results of all models are kept */
  constructor(folder: string, { dtype, device, arithmetic }: ModelForm, work: string) {
    // The manifest holds the hash of every other file.
    const manifest = readFileSync(path.join(folder, 'rank1.json'));
    const { models, source } = JSON.parse(manifest.toString('utf8')) as {
      readonly models: object;
      readonly source: { readonly name: string };
    };
    this.#sha256 = sha256(manifest);
    this.#dtype = dtype ?? ('q4' in models ? 'q4' : Object.keys(models)[0]!);
    this.#arithmetic = arithmetic;
    this.name = `${source.name}, ${this.#dtype}, ${arithmetic}`;
    this.#folder = folder;
    this.#device = device;
    this.#work = path.join(work, `${this.#sha256.slice(0, 12)}-${this.#dtype}-${arithmetic}`);
  }

  /**
   * @param data folder of the queries
   * @param queries all of the set
   * @param limit how many of them; more may be kept already
   */
  async measure(
    data: string,
    set: SetName,
    mode: Mode,
    queries: readonly LoadedQuery[],
    limit: number,
    onProgress: (numDone: number, numQueries: number) => void,
  ): Promise<void> {
    const out = this.#resultsFolder(set, mode);
    const settings = {
      model_sha256: this.#sha256,
      data_sha256: sha256(readFileSync(fileOf(data, set))),
      depth: DEPTH,
      options: MODES[mode],
    };
    const numKept = (await this.results(set, mode)).length;
    await runEvaluation(
      queries.slice(0, Math.max(limit, numKept)),
      this.#timedJudge(mode, path.join(out, 'speed.jsonl')),
      { out, settings, relevanceLevel: setOf(set).relevanceLevel },
      onProgress,
    );
  }

  /** What is kept, in the order of the set's queries. */
  results(set: SetName, mode: Mode): Promise<QueryResult[]> {
    return readKeptResults(path.join(this.#resultsFolder(set, mode), 'results.jsonl'));
  }

  /** Documents a second over all that was judged; null if nothing was. */
  speed(set: SetName, mode: Mode): number | null {
    const file = path.join(this.#resultsFolder(set, mode), 'speed.jsonl');
    if (!existsSync(file)) return null;
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as { numDocuments: number; seconds: number });
    const sum = (key: 'numDocuments' | 'seconds') => rows.reduce((total, row) => total + row[key], 0);
    return sum('numDocuments') / sum('seconds');
  }

  async dispose(): Promise<void> {
    await this.#loaded?.dispose();
    this.#loaded = null;
  }

  /** Loads the model with its first query, and keeps how long each took. */
  #timedJudge(mode: Mode, speedFile: string): Judge {
    let judge: Judge | undefined;
    return async (query, documents) => {
      this.#loaded ??= await loadModelInNode(this.#folder, this.#dtype, {
        arithmetic: this.#arithmetic,
        device: this.#device,
        numThreads: availableParallelism(),
      });
      judge ??= await nodeJudge(this.#loaded, MODES[mode]);
      const start = performance.now();
      const judged = await judge(query, documents);
      const seconds = Number(((performance.now() - start) / 1000).toFixed(3));
      appendFileSync(speedFile, `${JSON.stringify({ numDocuments: documents.length, seconds })}\n`);
      return judged;
    };
  }

  #resultsFolder(set: SetName, mode: Mode): string {
    return path.join(this.#work, `${set}-${mode}`);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
