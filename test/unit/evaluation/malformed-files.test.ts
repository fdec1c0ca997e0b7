import { describe, expect, it } from 'vitest';
import { readBeirCorpus, readBeirQrels, readBeirQueries } from '../../../src/evaluation/files/beir.ts';
import { readEvalJsonl } from '../../../src/evaluation/files/eval-jsonl.ts';
import { readMtebPredictions } from '../../../src/evaluation/files/mteb-predictions.ts';
import { readMtebTaskResult } from '../../../src/evaluation/files/mteb-task-result.ts';
import { readQueryResults } from '../../../src/evaluation/files/per-query-jsonl.ts';
import { readRankLlmRequests } from '../../../src/evaluation/files/rank-llm-requests.ts';
import { readRank1RunFile } from '../../../src/evaluation/files/rank1-run-file.ts';
import { sourceFile, type SourceFile } from '../../../src/evaluation/files/source-file.ts';
import { readTrecQrels } from '../../../src/evaluation/files/trec-qrels.ts';
import { readTrecRun, readTrecRunRows } from '../../../src/evaluation/files/trec-run.ts';

type Reader = (source: SourceFile) => Promise<unknown>;
/** content, line, what the message says */
type Fault = [content: string, line: number, problem: string];

function draining(read: (source: SourceFile) => AsyncIterable<unknown>): Reader {
  return async (source) => {
    for await (const item of read(source)) void item;
  };
}

const CANDIDATE = '{"docid": "d", "text": "t", "grade": 1}';
const evalLine = (candidates: string, rest = '') =>
  `{"qid": "q", "query": "x", "candidates": [${candidates}]${rest}}`;
const request = (candidates: string, qid = '"1"') =>
  `{"query": {"text": "x", "qid": ${qid}}, "candidates": [${candidates}]}`;
const result = (ranking: string, measures = '{}') =>
  `{"qid": "q", "query": "x", "measures": ${measures}, "ranking": [${ranking}]}`;
const RANKED =
  '{"docid": "d", "first_stage_rank": 1, "finish_reason": "length", "label": null, "reasoning": "", "grade": null, "truncated": false, "num_prompt_tokens": 7, "num_new_tokens": 0}';
const TASK_SCORE = '{"main_score": 0.5, "hf_subset": "default", "languages": ["eng-Latn"]}';

/** A line has a query with all its documents, so that it may be long. */
const HOLD_QUERIES = new Set(['rank_llm requests', 'eval.jsonl', 'per-query results']);

const FORMATS: [name: string, read: Reader, valid: string, faults: Fault[]][] = [
  [
    'TREC run',
    readTrecRun,
    'q Q0 d 1 2.5 t\n',
    [
      ['q Q0 d 1 2.5 t\nq Q0 d 1 2.5\n', 2, '5 columns instead of 6'],
      ['q Q0 a document 1 2.5 t\n', 1, '7 columns instead of 6'],
      ['q Q0 d 1 2.5 t\n\nq Q0 d 2 1 t\n', 3, 'document "d" occurs twice for query "q"'],
      ['q Q0 d 1 NaN t\n', 1, 'the score "NaN" is not a finite number'],
      ['q Q0 d 1 inf t\n', 1, 'the score "inf" is'],
      ['q Q0 d 1 1e999 t\n', 1, 'the score "1e999" is'],
      ['q Q0 d 1 0x10 t\n', 1, 'the score "0x10" is'],
      ['q Q0 d 1 1,5 t\n', 1, 'the score "1,5" is'],
      ['q Q0 d\0 1 1 t\n', 1, 'half a character or a NUL'],
      ['# only a comment\n', 1, 'holds only comments'],
      ['{"q": {"d": 1}}', 1, '3 columns instead of 6'],
    ],
  ],
  [
    'TREC run, row by row',
    draining(readTrecRunRows),
    'q Q0 d 1 2.5 t',
    [['q Q0 d 1\n', 1, '4 columns instead of 6']],
  ],
  [
    'TREC qrels',
    readTrecQrels,
    'q 0 d 1\n# comment\nq 0 e -1\n',
    [
      ['q 0 d\n', 1, '3 columns instead of 4'],
      ['q 0 d 1\nq\t0\td\t0\n', 2, 'document "d" occurs twice for query "q"'],
      ['q 0 d NaN\n', 1, 'the grade "NaN" is not an integer'],
      ['q 0 d 1.5\n', 1, 'the grade "1.5" is'],
      ['q 0 d 99999999999999999999\n', 1, 'the grade "99999999999999999999" is'],
    ],
  ],
  [
    'BEIR corpus',
    draining(readBeirCorpus),
    '{"_id": "d", "title": "", "text": "t"}\n{"_id": 7, "text": "t"}',
    [
      ['{"_id": "d", "text": "t"}\n{"text": "t"}', 2, '"_id" is missing'],
      ['{"_id": 7, "text": "t"}\n{"_id": "7", "text": "u"}', 2, 'document "7" occurs twice'],
      ['{"_id": "", "text": "t"}', 1, 'the "_id" is empty'],
      ['{"_id": "\\ud800", "text": "t"}', 1, 'half a character'],
      ['{"_id": "d", "text": 1}', 1, '"text" is not a string'],
      ['{"_id": "d", "text": null}', 1, '"text" is not a string'],
      ['{"_id": 1.5, "text": "t"}', 1, '"_id" is not an id'],
      ['{"__proto__": {"_id": "d", "text": "t"}}', 1, '"_id" is missing'],
      ['["d"]', 1, 'the line is not a JSON object'],
      ['{"_id": "d"', 1, 'is not JSON'],
    ],
  ],
  [
    'BEIR queries',
    readBeirQueries,
    '{"_id": "__proto__", "text": "t"}',
    [
      ['{"_id": "q", "text": "t"}\n{"_id": "q", "text": "u"}', 2, 'query "q" occurs twice'],
      ['{"_id": "q", "text": NaN}', 1, 'is not JSON'],
    ],
  ],
  [
    'BEIR qrels',
    readBeirQrels,
    'query-id\tcorpus-id\tscore\nq\td with spaces\t1\n',
    [
      ['q\td\t1\n', 1, 'the header is missing'],
      ['query-id\tcorpus-id\tscore\nq\td\n', 2, '2 columns instead of 3'],
      ['query-id\tcorpus-id\tscore\nq\td\t1\nq\td\t1\n', 3, 'document "d" occurs twice'],
      ['query-id\tcorpus-id\tscore\nq\td\tNaN\n', 2, 'the grade "NaN" is not an integer'],
      ['query-id\tcorpus-id\tscore\n\td\t1\n', 2, 'the query id is empty'],
    ],
  ],
  [
    'rank1 run file',
    readRank1RunFile,
    '{"q": {"d": 0.5}, "__proto__": {"__proto__": 1}}',
    [
      ['{"q":\n{"d": 1,\n"d": 2}}', 3, 'the key "d" occurs twice'],
      ['{"q": {"d": 1}, "q": {}}', 1, 'the key "q" occurs twice'],
      ['{"q": {"d": NaN}}', 1, '"NaN" where JSON does not allow it'],
      ['{"q": {"d": "1"}}', 1, 'the score of document "d" is "1", not a number'],
      ['{"q": {"d": null}}', 1, 'is "null", not a number'],
      ['{"q": [0.5]}', 1, 'this is not a rank1 run file'],
      ['{"q": 0.5}', 1, 'this is not a rank1 run file'],
      ['[]', 1, 'this is not a rank1 run file'],
      ['{}', 1, 'this is not a rank1 run file'],
      ['{"mteb_model_meta": {}, "default": {"test": {"q": {"d": 1}}}}', 1, 'this is not a rank1 run file'],
      ['{"": {"d": 1}}', 1, 'the query id is empty'],
      ['{"q": {"d": 1}} x', 1, '"x" where JSON does not allow it'],
    ],
  ],
  [
    'mteb predictions',
    readMtebPredictions,
    '{"mteb_model_meta": {"model_name": "m", "extra": [{"a": 1}]}, "default": {"test": {"q": {"d": 1}}}}',
    [
      ['{"mteb_model_meta": {}}', 1, 'this is not an mteb prediction file'],
      ['{"default": {"test": {"q": {"d": 1, \n"d": 2}}}}', 2, 'the key "d" occurs twice'],
      ['{"default": {"test": {"q": {"d": Infinity}}}}', 1, '"Infinity" where'],
      ['{"default": {"test": {"q": {"d": true}}}}', 1, 'is "true", not a number'],
      ['{"q": {"d": 1}}', 1, 'this is not an mteb prediction file'],
      ['{"default": {"test": {"q": {"d": {}}}}}', 1, 'this is not an mteb prediction file'],
      ['{"default": {"test": []}}', 1, 'this is not an mteb prediction file'],
    ],
  ],
  [
    'mteb result',
    readMtebTaskResult,
    `{"task_name": "T", "scores": {"test": [${TASK_SCORE}]}}`,
    [
      ['{"scores": {"test": []}}', 1, '"task_name" is missing'],
      ['{"task_name": "T"}', 1, '"scores" is missing'],
      [
        '{"task_name": "T", "scores": {"test": [\n{"hf_subset": "x", "languages": ["a"]}]}}',
        2,
        '"main_score" is missing',
      ],
      [
        '{"task_name": "T", "scores": {"test": [{"main_score": 1, "languages": ["a"]}]}}',
        1,
        '"hf_subset" is missing',
      ],
      [
        '{"task_name": "T", "scores": {"test": [{"main_score": 1, "hf_subset": "x"}]}}',
        1,
        '"languages" is missing',
      ],
      ['{"task_name": "T", "scores": {"test": [{"main_score": NaN}]}}', 1, '"NaN" where'],
    ],
  ],
  [
    'rank_llm requests',
    draining(readRankLlmRequests),
    request('{"docid": 5, "score": 1, "doc": {"contents": "t"}}', '264014'),
    [
      [`${request('')}\n${request('')}`, 2, 'query "1" occurs twice'],
      [
        request(
          '{"docid": "d", "score": 1, "doc": {"text": "t"}}, {"docid": "d", "score": 1, "doc": {"text": "t"}}',
        ),
        1,
        'document "d" occurs twice',
      ],
      [
        request('{"docid": "d", "score": "1", "doc": {"text": "t"}}'),
        1,
        '"score" of "candidates"[0] is not a finite number',
      ],
      [request('{"docid": "d", "score": 1e999, "doc": {"text": "t"}}'), 1, 'is not a finite number'],
      [request('{"docid": "d", "score": 1, "doc": {}}'), 1, '"text" of "doc" of "candidates"[0] is missing'],
      [request('{"docid": "d", "score": 1, "doc": "t"}'), 1, '"doc" of "candidates"[0] is not a JSON object'],
      ['{"query": {"text": "x", "qid": "1"}}', 1, '"candidates" is missing'],
      ['[', 1, 'is not JSON'],
    ],
  ],
  [
    'eval.jsonl',
    draining(readEvalJsonl),
    evalLine(CANDIDATE, ', "ideal_grades": [2, 1]'),
    [
      [evalLine(`${CANDIDATE}, ${CANDIDATE}`), 1, 'document "d" occurs twice'],
      [`${evalLine(CANDIDATE)}\n${evalLine(CANDIDATE)}`, 2, 'query "q" occurs twice'],
      [evalLine('{"docid": "d", "rank": 2, "text": "t", "grade": 1}'), 1, 'has rank 2 in place 1'],
      [
        evalLine('{"docid": "d", "text": "t", "grade": 0.5}'),
        1,
        '"grade" of "candidates"[0] is not an integer',
      ],
      [evalLine(CANDIDATE, ', "ideal_grades": [1, 2]'), 1, 'is not descending'],
      [evalLine(CANDIDATE, ', "ideal_grades": [1, null]'), 1, 'is not an array of integers'],
      [evalLine('7'), 1, '"candidates"[0] is not a JSON object'],
    ],
  ],
  [
    'per-query results',
    draining(readQueryResults),
    result(RANKED, '{"nDCG@10": 0.5}'),
    [
      [result(`${RANKED}, ${RANKED}`), 1, 'document "d" occurs twice'],
      [`${result('')}\n${result('')}`, 2, 'query "q" occurs twice'],
      [result(RANKED.replace('null', '"maybe"')), 1, 'the label "maybe" is unknown'],
      [
        result(
          RANKED.replace(
            'null',
            '"true", "score": 1, "logit_difference": 9, "bound": "about", "forced": false',
          ),
        ),
        1,
        'the bound "about" is unknown',
      ],
      [result(RANKED.replace('}', ', "samples": [{}]}')), 1, '"finish_reason" of "samples"'],
      [result(RANKED.replace('null', '"true"')), 1, '"score" of "ranking"[0] is missing'],
      [result('', '{"nDCG@10": null}'), 1, '"nDCG@10" of "measures" is not a finite number'],
    ],
  ],
];

describe.each(FORMATS)('%s', (name, read, valid, faults) => {
  const reading = (content: string | Uint8Array) => read(sourceFile('folder/name', content));
  const refusal = (line: number, problem: string) => ({
    name: 'Rank1Error',
    code: 'invalid-file',
    message: expect.stringMatching(
      new RegExp(
        `^folder/name, line ${line}: .*${problem.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*\\. [A-Z].*\\.$`,
        's',
      ),
    ) as string,
  });

  it('is read when it is right, with either line end and a byte order mark', async () => {
    await reading(valid);
    await reading(`\uFEFF${valid.replaceAll('\n', '\r\n')}`);
  });

  it.each(faults)('refuses %j at line %d: %s', async (content, line, problem) => {
    await expect(reading(content)).rejects.toMatchObject(refusal(line, problem));
  });

  it('refuses an empty file and one of blank lines', async () => {
    await expect(reading('')).rejects.toMatchObject(refusal(1, 'the file is empty'));
    await expect(reading('\n \r\n')).rejects.toMatchObject({ code: 'invalid-file' });
  });

  it('refuses bytes that are not UTF-8, naming the line', async () => {
    const bytes = Uint8Array.from([10, 10, 0xff, 10]);
    await expect(reading(bytes)).rejects.toMatchObject(refusal(3, 'the bytes are not UTF-8 text'));
    const gzip = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xfb]);
    await expect(reading(gzip)).rejects.toMatchObject(refusal(1, 'the bytes are not UTF-8 text'));
  });

  it('refuses junk nested a hundred thousand deep without exhausting the stack', async () => {
    for (const junk of ['[', '{"a":', '[{"query":']) {
      await expect(reading(junk.repeat(100_000))).rejects.toMatchObject({ code: 'invalid-file' });
    }
    await expect(reading('['.repeat(100_000) + ']'.repeat(100_000))).rejects.toMatchObject({
      code: 'invalid-file',
    });
  });

  it('refuses a gigabyte without a line break early and in bounded memory', async () => {
    let numChunks = 0;
    function* endless(): Generator<Uint8Array> {
      for (; numChunks < 1024; numChunks++) yield new Uint8Array(1 << 20).fill(numChunks === 0 ? 32 : 120);
    }
    await expect(read({ name: 'big', chunks: endless() })).rejects.toMatchObject({ code: 'invalid-file' });
    expect(numChunks).toBeLessThan(HOLD_QUERIES.has(name) ? 70 : 20);
  });

  it('leaves Object.prototype alone', async () => {
    await reading(valid);
    for (const [content] of faults) await reading(content).catch(() => undefined);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['d']).toBeUndefined();
  });
});
