/** The same hundred pairs for every entry point; see test/oracle/remote/serve_completions.py. */
import { readFileSync } from 'node:fs';

export interface Pair {
  readonly query: string;
  readonly title?: string;
  readonly text: string;
}

export interface ExpectedVerdict {
  readonly label: 'true' | 'false';
  readonly score: number;
  readonly logitDifference: number;
  readonly forced: boolean;
  readonly reasoning: string;
}

/** A server's answer to `prompt`: text, token, logprob, top tokens (20 in the last step), finish reason. */
export interface RecordedCompletion {
  readonly prompt: string;
  readonly promptTokens: number;
  readonly steps: readonly (readonly [
    string,
    string,
    number,
    Readonly<Record<string, number>>,
    string | null,
  ])[];
}

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/hundred-pairs/${name}`, import.meta.url), 'utf8');
const readLines = <T>(name: string): T[] =>
  read(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

export const hundredPairs = readLines<Pair>('pairs.jsonl');

/** By place in `hundredPairs`; `options` are those the oracle decoded with. */
export const hundredExpected = JSON.parse(read('expected.json')) as {
  readonly weightsSha256: string;
  readonly options: { readonly maxNewTokens: number; readonly loopGuard: false };
  readonly expected: readonly ExpectedVerdict[];
};

export const recordedCompletions = (): RecordedCompletion[] => readLines('completions.jsonl');

export interface QueryGroup {
  readonly query: string;
  readonly documents: readonly { readonly title?: string; readonly text: string }[];
  /** by place in `documents` */
  readonly expected: readonly ExpectedVerdict[];
  /** places in `documents`, best first */
  readonly order: readonly number[];
}

/** The pairs as a caller ranks them: the documents of one query together. */
export function hundredByQuery(): QueryGroup[] {
  const queries = [...new Set(hundredPairs.map(({ query }) => query))];
  return queries.map((query) => {
    const places = hundredPairs.flatMap((pair, place) => (pair.query === query ? [place] : []));
    const documents = places.map((place) => {
      const { title, text } = hundredPairs[place]!;
      return title === undefined ? { text } : { title, text };
    });
    const expected = places.map((place) => hundredExpected.expected[place]!);
    const order = expected
      .map((verdict, index) => ({ index, difference: verdict.logitDifference }))
      .sort((a, b) => b.difference - a.difference)
      .map(({ index }) => index);
    return { query, documents, expected, order };
  });
}
