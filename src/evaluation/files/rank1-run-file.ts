/** rank1's run files (data set jhu-clsp/rank1-run-files): `{qid: {docid: score}}`. */
import type { Run } from '../types.ts';
import { invalidFile } from './invalid-file.ts';
import { scanJson } from './json-scanner.ts';
import { formatScoreJson, jsonScore } from './score-json.ts';
import { ScoreTable } from './score-table.ts';
import type { SourceFile } from './source-file.ts';

/**
 * Reads a rank1 run file.
 * @throws Rank1Error invalid-file with file and line: wrong shape, invalid score, or duplicate id
 */
export async function readRank1RunFile(source: SourceFile): Promise<Run> {
  const table = new ScoreTable(source);
  await scanJson(source, {
    open(path, kind, place) {
      if (kind !== 'object' || path.length > 1) throw wrongShape(place);
      if (path.length === 1) table.addQuery(String(path[0]), place);
    },
    scalar(path, value, place) {
      if (path.length !== 2) throw wrongShape(place);
      const [qid, docid] = path.map(String) as [string, string];
      table.add(qid, docid, jsonScore(value, docid, place), place);
    },
  });
  if (table.rows.size === 0) throw wrongShape({ file: source.name, line: 1 });
  return table.rows;
}

/** The run as a rank1 run file, in chunks. */
export function* formatRank1RunFile(run: Run): Generator<string> {
  yield* formatScoreJson(run);
  yield '\n';
}

function wrongShape(place: { file: string; line: number }): Error {
  return invalidFile(
    place,
    'this is not a rank1 run file',
    'It must be {query id: {document id: score}}; a file with "mteb_model_meta" is an mteb prediction file.',
  );
}
