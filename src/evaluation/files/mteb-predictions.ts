/** mteb's prediction files: `{mteb_model_meta: {...}, <subset>: {<split>: {qid: {docid: score}}}}`. */
import type { Run } from '../types.ts';
import { invalidFile, type FilePlace } from './invalid-file.ts';
import { scanJson } from './json-scanner.ts';
import { formatScoreJson, jsonScore } from './score-json.ts';
import { ScoreTable } from './score-table.ts';
import type { SourceFile } from './source-file.ts';

export interface MtebPredictions {
  /** null if the file does not name it */
  readonly modelName: string | null;
  readonly revision: string | null;
  /** subset (`default` for most tasks) to split to run */
  readonly runs: ReadonlyMap<string, ReadonlyMap<string, Run>>;
}

const META_KEY = 'mteb_model_meta';

/**
 * Reads an mteb prediction file.
 * @throws Rank1Error invalid-file with file and line: wrong shape, invalid score, or duplicate id
 */
export async function readMtebPredictions(source: SourceFile): Promise<MtebPredictions> {
  const tables = new Map<string, Map<string, ScoreTable>>();
  const meta = new Map<string, string>();
  await scanJson(source, {
    open(path, kind, place) {
      if (path[0] === META_KEY) return;
      if (kind !== 'object' || path.length > 3) throw wrongShape(place);
      const [subset, split, qid] = path.map(String);
      if (subset === undefined) return;
      const splits = tables.get(subset) ?? new Map<string, ScoreTable>();
      tables.set(subset, splits);
      if (split === undefined) return;
      const table = splits.get(split) ?? new ScoreTable(source);
      splits.set(split, table);
      if (qid !== undefined) table.addQuery(qid, place);
    },
    scalar(path, value, place) {
      if (path[0] === META_KEY) {
        if (path.length === 2 && typeof value === 'string') meta.set(String(path[1]), value);
        return;
      }
      if (path.length !== 4) throw wrongShape(place);
      const [subset, split, qid, docid] = path.map(String) as [string, string, string, string];
      tables
        .get(subset)!
        .get(split)!
        .add(qid, docid, jsonScore(value, docid, place), place);
    },
  });
  if (tables.size === 0) throw wrongShape({ file: source.name, line: 1 });
  return {
    modelName: meta.get('model_name') ?? null,
    revision: meta.get('revision') ?? null,
    runs: new Map([...tables].map(([subset, splits]) => [subset, mapValues(splits, (table) => table.rows)])),
  };
}

/** The predictions in mteb's format, in chunks. */
export function* formatMtebPredictions({ modelName, revision, runs }: MtebPredictions): Generator<string> {
  yield `{"${META_KEY}": ${JSON.stringify({ model_name: modelName, revision })}`;
  for (const [subset, splits] of runs) {
    if (subset === META_KEY) throw new RangeError(`a subset cannot be called ${META_KEY}`);
    yield `, ${JSON.stringify(subset)}: {`;
    let separator = '';
    for (const [split, run] of splits) {
      yield `${separator}${JSON.stringify(split)}: `;
      yield* formatScoreJson(run);
      separator = ', ';
    }
    yield '}';
  }
  yield '}\n';
}

function mapValues<Key, From, To>(map: ReadonlyMap<Key, From>, convert: (value: From) => To): Map<Key, To> {
  return new Map([...map].map(([key, value]) => [key, convert(value)]));
}

function wrongShape(place: FilePlace): Error {
  return invalidFile(
    place,
    'this is not an mteb prediction file',
    'It must be {"mteb_model_meta": {...}, subset: {split: {query id: {document id: score}}}}.',
  );
}
