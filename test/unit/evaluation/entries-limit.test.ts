/** Files with more entries than fit in memory, with a limit that a test can reach. */
import { describe, expect, it } from 'vitest';
import { readBeirCorpus, readBeirQrels, readBeirQueries } from '../../../src/evaluation/files/beir.ts';
import { readAnyRun } from '../../../src/evaluation/files/any-run.ts';
import { readEvalJsonl } from '../../../src/evaluation/files/eval-jsonl.ts';
import { readMtebTaskResult } from '../../../src/evaluation/files/mteb-task-result.ts';
import { readQueryResults } from '../../../src/evaluation/files/per-query-jsonl.ts';
import { readRankLlmRequests } from '../../../src/evaluation/files/rank-llm-requests.ts';
import { sourceFile, type SourceFile } from '../../../src/evaluation/files/source-file.ts';
import { readTrecQrels } from '../../../src/evaluation/files/trec-qrels.ts';

const LIMIT = 4;

function draining(read: (source: SourceFile) => AsyncIterable<unknown>) {
  return async (source: SourceFile): Promise<void> => {
    for await (const item of read(source)) void item;
  };
}

const rows = (row: (n: number) => string) => (count: number) =>
  Array.from({ length: count }, (_, n) => `${row(n)}\n`).join('');
const object = (entries: (n: number) => string) => (count: number) =>
  `{\n${Array.from({ length: count }, (_, n) => entries(n)).join(',\n')}\n}`;

// Each with the number of rows that just fits, and the line of the row that does not.
const CASES: [
  name: string,
  read: (source: SourceFile) => Promise<unknown>,
  content: (count: number) => string,
  fits: number,
  line: number,
][] = [
  ['documents of one query', readAnyRun, rows((n) => `q Q0 d${n} 1 2 t`), LIMIT - 1, LIMIT],
  ['queries', readAnyRun, rows((n) => `q${n} Q0 d 1 2 t`), LIMIT / 2, LIMIT / 2 + 1],
  ['queries without documents', readAnyRun, object((n) => `"q${n}": {}`), LIMIT, LIMIT + 2],
  ['qrels', readTrecQrels, rows((n) => `q 0 d${n} 1`), LIMIT - 1, LIMIT],
  [
    'BEIR judgements',
    readBeirQrels,
    (count) => `query-id\tcorpus-id\tscore\n${rows((n) => `q\td${n}\t1`)(count)}`,
    LIMIT - 1,
    LIMIT + 1,
  ],
  ['BEIR queries', readBeirQueries, rows((n) => `{"_id": "${n}", "text": ""}`), LIMIT, LIMIT + 1],
  ['a corpus', draining(readBeirCorpus), rows((n) => `{"_id": "${n}", "text": ""}`), LIMIT, LIMIT + 1],
  [
    'a collection',
    draining(readEvalJsonl),
    rows((n) => `{"qid": "${n}", "query": "", "candidates": []}`),
    LIMIT,
    LIMIT + 1,
  ],
  [
    'requests',
    draining(readRankLlmRequests),
    rows((n) => `{"query": {"text": "", "qid": "${n}"}, "candidates": []}`),
    LIMIT,
    LIMIT + 1,
  ],
  [
    'results',
    draining(readQueryResults),
    rows((n) => `{"qid": "${n}", "query": "", "measures": {}, "ranking": []}`),
    LIMIT,
    LIMIT + 1,
  ],
  [
    'keys of one object',
    readMtebTaskResult,
    (count) =>
      `{"task_name": "t", "scores": {"test": [{"main_score": 1, "hf_subset": "d", "languages": ["x"]}]},\n${Array.from({ length: count }, (_, n) => `"k${n}": 1`).join(',\n')}}`,
    LIMIT - 2,
    LIMIT,
  ],
];

describe.each(CASES)('too many: %s', (_, read, content, fits, line) => {
  const reading = (count: number) =>
    read({ ...sourceFile('folder/name', content(count)), maxEntries: LIMIT });

  it('are read as long as they fit, and refused at the line that does not', async () => {
    await reading(fits);
    await expect(reading(fits + 1)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining(
        `folder/name, line ${line}: the file has more than ${LIMIT} entries`,
      ) as string,
    });
  });
});
