/** mteb's result files (`TaskResult`): one task's metrics, per split and subset. */
import { invalidFile } from './invalid-file.ts';
import { scanJson } from './json-scanner.ts';
import type { SourceFile } from './source-file.ts';

export interface MtebScores {
  readonly subset: string;
  /** such as `eng-Latn` */
  readonly languages: readonly string[];
  /** the metric shown on leaderboards; for reranking usually `ndcg_at_10` */
  readonly mainScore: number;
  /** metric key, such as `ndcg_at_10`, to value, 0 to 1 */
  readonly metrics: ReadonlyMap<string, number>;
}

export interface MtebTaskResult {
  readonly taskName: string;
  readonly datasetRevision: string | null;
  readonly mtebVersion: string | null;
  /** seconds */
  readonly evaluationTime: number | null;
  readonly kgCo2Emissions: number | null;
  /** ISO 8601, from the caller: this folder uses no clock */
  readonly date: string | null;
  /** by split; one entry per subset */
  readonly scores: ReadonlyMap<string, readonly MtebScores[]>;
}

type Draft = {
  subset?: string;
  mainScore?: number;
  languages: string[];
  metrics: Map<string, number>;
  line: number;
};

/**
 * Reads an mteb result file.
 * @throws Rank1Error invalid-file with file and line: wrong shape, or a required field is missing
 */
export async function readMtebTaskResult(source: SourceFile): Promise<MtebTaskResult> {
  const top = new Map<string, unknown>();
  const drafts = new Map<string, Draft[]>();
  await scanJson(source, {
    open(path, kind, { line }) {
      const [, split, index] = path;
      if (path[0] !== 'scores' || kind !== (path.length === 2 ? 'array' : 'object')) return;
      if (path.length === 2) drafts.set(String(split), []);
      if (path.length === 3 && typeof index === 'number') {
        drafts.get(String(split))?.push({ languages: [], metrics: new Map(), line });
      }
    },
    scalar(path, value) {
      const [root, split, index, key] = path;
      if (path.length === 1) top.set(String(root), value);
      const draft =
        root === 'scores' && typeof index === 'number' ? drafts.get(String(split))?.[index] : undefined;
      if (!draft) return;
      if (key === 'languages' && path.length === 5) draft.languages.push(String(value));
      if (path.length !== 4) return;
      if (key === 'hf_subset' && typeof value === 'string') draft.subset = value;
      else if (key === 'main_score' && typeof value === 'number') draft.mainScore = value;
      else if (typeof value === 'number') draft.metrics.set(String(key), value);
    },
  });
  const text = (key: string) => (typeof top.get(key) === 'string' ? (top.get(key) as string) : null);
  const number = (key: string) => (typeof top.get(key) === 'number' ? (top.get(key) as number) : null);
  const taskName = text('task_name');
  if (taskName === null || drafts.size === 0)
    throw missing(source.name, 1, taskName === null ? 'task_name' : 'scores');
  return {
    taskName,
    datasetRevision: text('dataset_revision'),
    mtebVersion: text('mteb_version'),
    evaluationTime: number('evaluation_time'),
    kgCo2Emissions: number('kg_co2_emissions'),
    date: text('date'),
    scores: new Map(
      [...drafts].map(([split, list]) => [split, list.map((draft) => finished(draft, source.name))]),
    ),
  };
}

/** The result in mteb's format. */
export function formatMtebTaskResult(result: MtebTaskResult): string {
  const scores = [...result.scores].map(([split, list]) => {
    const entries = list.map((scored) => ({
      ...Object.fromEntries(scored.metrics),
      main_score: scored.mainScore,
      hf_subset: scored.subset,
      languages: scored.languages,
      mteb_version: result.mtebVersion,
    }));
    return [split, entries] as const;
  });
  const file = {
    dataset_revision: result.datasetRevision,
    task_name: result.taskName,
    mteb_version: result.mtebVersion,
    scores: Object.fromEntries(scores),
    evaluation_time: result.evaluationTime,
    kg_co2_emissions: result.kgCo2Emissions,
    date: result.date,
  };
  return `${JSON.stringify(file, refuseNonFinite, 2)}\n`;
}

function finished({ subset, mainScore, languages, metrics, line }: Draft, file: string): MtebScores {
  if (mainScore === undefined) throw missing(file, line, 'main_score');
  if (subset === undefined) throw missing(file, line, 'hf_subset');
  if (languages.length === 0) throw missing(file, line, 'languages');
  return { subset, mainScore, languages, metrics };
}

function missing(file: string, line: number, field: string): Error {
  return invalidFile(
    { file, line },
    `"${field}" is missing`,
    'Check that this is a result file written by mteb.',
  );
}

/** JSON.stringify would silently turn NaN into null. */
function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`${key} must be finite, not ${value}`);
  return value;
}
