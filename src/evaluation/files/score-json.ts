/** `{qid: {docid: score}}`, shared by rank1's run files and mteb's prediction files. */
import type { Run } from '../types.ts';
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';
import type { JsonScalar } from './json-scanner.ts';
import { formatScore } from './numbers.ts';

/** A score read from JSON. */
export function jsonScore(value: JsonScalar, docid: string, place: FilePlace): number {
  if (typeof value === 'number') return value;
  throw invalidFile(
    place,
    `the score of document ${quoted(docid)} is ${quoted(String(value))}, not a number`,
    'Every document needs a number; leave out documents that were not scored.',
  );
}

/** The run as JSON text, one chunk per query, without a final line break. */
export function* formatScoreJson(run: Run): Generator<string> {
  let separator = '{';
  for (const [qid, scores] of run) {
    const pairs = [...scores].map(([docid, score]) => `${JSON.stringify(docid)}: ${formatScore(score)}`);
    yield `${separator}${JSON.stringify(qid)}: {${pairs.join(', ')}}`;
    separator = ', ';
  }
  yield separator === '{' ? '{}' : '}';
}
