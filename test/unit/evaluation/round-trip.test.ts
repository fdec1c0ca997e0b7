import { describe, expect, it } from 'vitest';
import { formatEvalQuery, readEvalJsonl, type EvalQuery } from '../../../src/evaluation/files/eval-jsonl.ts';
import { readBeirCorpus, readBeirQrels } from '../../../src/evaluation/files/beir.ts';
import { MAX_LINE_LENGTH } from '../../../src/evaluation/files/lines.ts';
import {
  formatMtebPredictions,
  readMtebPredictions,
} from '../../../src/evaluation/files/mteb-predictions.ts';
import { formatMtebTaskResult, readMtebTaskResult } from '../../../src/evaluation/files/mteb-task-result.ts';
import {
  formatQueryResult,
  runScores,
  readQueryResults,
  type QueryResult,
} from '../../../src/evaluation/files/per-query-jsonl.ts';
import { formatRank1RunFile, readRank1RunFile } from '../../../src/evaluation/files/rank1-run-file.ts';
import { readRankLlmRequests } from '../../../src/evaluation/files/rank-llm-requests.ts';
import { sourceFile, type SourceFile } from '../../../src/evaluation/files/source-file.ts';
import { formatTrecQrels, readTrecQrels } from '../../../src/evaluation/files/trec-qrels.ts';
import { formatTrecRun, readTrecRun } from '../../../src/evaluation/files/trec-run.ts';
import type { Qrels, Run } from '../../../src/evaluation/types.ts';

/** Ids that trip a careless writer, scores that trip a rounding one, already in trec_eval's order. */
const RUN: Run = new Map([
  ['__proto__', new Map([['constructor', 1], ['d"\\é\u00a0😀', 1 - 2 ** -53], ['10', 0.1 + 0.2], ['9', -1e-300]])],
  ['7', new Map([['b', 1e21], ['a', -0.5]])],
]); // prettier-ignore

function joined(pieces: Iterable<string>): string {
  return [...pieces].join('');
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** As arrays, so that the order of entries is compared too. */
function entries(run: Run | Qrels) {
  return [...run].map(([qid, row]) => [qid, [...row]]);
}

describe('what is written reads back the same, to the last bit', () => {
  it('TREC run', async () => {
    const text = joined(formatTrecRun(RUN, 'rank1'));
    expect(entries(await readTrecRun(sourceFile('f', text)))).toEqual(entries(RUN));
    expect(text.split('\n')[0]).toBe('__proto__ Q0 constructor 1 1.0 rank1');
  });
  it('TREC qrels', async () => {
    const qrels: Qrels = new Map([['q', new Map([['a', 2], ['b', -1], ['__proto__', 0]])]]); // prettier-ignore
    expect(entries(await readTrecQrels(sourceFile('f', joined(formatTrecQrels(qrels)))))).toEqual(
      entries(qrels),
    );
  });
  it('rank1 run file', async () => {
    expect(entries(await readRank1RunFile(sourceFile('f', joined(formatRank1RunFile(RUN)))))).toEqual(
      entries(RUN),
    );
  });
  it('mteb predictions', async () => {
    const predictions = {
      modelName: 'jhu-clsp/rank1-0.5b',
      revision: null,
      runs: new Map([
        ['default', new Map([['test', RUN]])],
        ['fas', new Map([['test', RUN], ['dev', new Map([['q', new Map()]])]])],
      ]),
    }; // prettier-ignore
    const text = joined(formatMtebPredictions(predictions));
    expect(await readMtebPredictions(sourceFile('f', text))).toEqual(predictions);
    expect(JSON.parse(text)).toMatchObject({
      mteb_model_meta: { model_name: 'jhu-clsp/rank1-0.5b', revision: null },
    });
  });
  it('mteb result', async () => {
    const result = {
      taskName: 'SciFact',
      datasetRevision: 'abc',
      mtebVersion: '2.1.0',
      evaluationTime: 12.5,
      kgCo2Emissions: null,
      date: '2026-01-02T03:04:05Z',
      scores: new Map([
        [
          'test',
          [
            {
              subset: 'default',
              languages: ['eng-Latn'],
              mainScore: 0.5,
              metrics: new Map([['ndcg_at_10', 0.5]]),
            },
          ],
        ],
      ]),
    };
    const text = formatMtebTaskResult(result);
    expect(await readMtebTaskResult(sourceFile('f', text))).toEqual(result);
    expect(JSON.parse(text)).toEqual({
      dataset_revision: 'abc',
      task_name: 'SciFact',
      mteb_version: '2.1.0',
      scores: {
        test: [
          {
            ndcg_at_10: 0.5,
            main_score: 0.5,
            hf_subset: 'default',
            languages: ['eng-Latn'],
            mteb_version: '2.1.0',
          },
        ],
      },
      evaluation_time: 12.5,
      kg_co2_emissions: null,
      date: '2026-01-02T03:04:05Z',
    });
  });
  it('eval.jsonl', async () => {
    const query: EvalQuery = {
      qid: '__proto__',
      query: 'what\n"is"',
      candidates: [
        { docid: 'b', text: 't\u2028', grade: null, score: 0.1 + 0.2 },
        { docid: 'a', title: 'T', text: '', grade: 3, score: null },
      ],
      idealGrades: [3, 1],
    };
    const second = { ...query, qid: '2', idealGrades: null };
    const text = formatEvalQuery(query) + formatEvalQuery(second);
    expect(await collect(readEvalJsonl(sourceFile('f', text)))).toEqual([query, second]);
  });
  it('per-query results with chains', async () => {
    const result: QueryResult = {
      qid: '1',
      query: 'x',
      measures: new Map([['nDCG@10', 1 / 3]]),
      ranking: [
        {
          docid: 'a',
          firstStageRank: 2,
          finishReason: 'verdict',
          verdict: {
            label: 'true',
            score: 1,
            logitDifference: 40.123456789,
            bound: 'at-least',
            forced: false,
          },
          reasoning: 'Okay,\nso "the" query… </think>',
          grade: 2,
          truncated: true,
          numPromptTokens: 812,
          numNewTokens: 64,
          passage: { start: 3, end: 90, numPassages: 4 },
          samples: [
            {
              verdict: { label: 'false', score: 0.25, logitDifference: -1.0986, forced: true },
              finishReason: 'length',
              reasoning: 'Hm.\n',
            },
            {
              verdict: { label: 'false', score: 0, logitDifference: -9, bound: 'at-most', forced: false },
              finishReason: 'verdict',
              reasoning: '',
            },
          ],
        },
        {
          docid: 'b',
          firstStageRank: 1,
          finishReason: 'aborted',
          verdict: null,
          reasoning: '',
          grade: null,
          truncated: false,
          numPromptTokens: 0,
          numNewTokens: 0,
        },
      ],
    };
    const text = formatQueryResult(result);
    expect(await collect(readQueryResults(sourceFile('f', text)))).toEqual([result]);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(text.match(/"bound"/g)).toHaveLength(2);
    expect(runScores(result)).toEqual(new Map([['a', 40.123456789]]));
  });
});

describe('a query with all its documents', () => {
  const long = 'x'.repeat(1.25 * MAX_LINE_LENGTH);
  const read = async (reader: (file: SourceFile) => AsyncIterable<{ readonly qid: string }>, line: string) =>
    (await collect(reader(sourceFile('f', new Blob([line]))))).map(({ qid }) => qid);

  it('may be a longer line than other rows: results', async () => {
    const result = { qid: '1', query: long, measures: new Map<string, number>(), ranking: [] };
    expect(await read(readQueryResults, formatQueryResult(result))).toEqual(['1']);
  });
  it('may be a longer line than other rows: eval.jsonl', async () => {
    const query = { qid: '1', query: long, candidates: [], idealGrades: null };
    expect(await read(readEvalJsonl, formatEvalQuery(query))).toEqual(['1']);
  });
  it('may be a longer line than other rows: rank_llm requests', async () => {
    const line = `${JSON.stringify({ query: { qid: '1', text: long }, candidates: [] })}\n`;
    expect(await read(readRankLlmRequests, line)).toEqual(['1']);
  });
});

describe('writers', () => {
  it('refuse scores that no reader would take back', () => {
    for (const score of [NaN, Infinity]) {
      const run: Run = new Map([['q', new Map([['d', score]])]]);
      expect(() => joined(formatTrecRun(run, 't'))).toThrow(RangeError);
      expect(() => joined(formatRank1RunFile(run))).toThrow(RangeError);
    }
  });
  it('refuse ids that would shift the columns of a TREC file', () => {
    for (const id of ['', 'a b', 'a\tb', 'a\n']) {
      expect(() => joined(formatTrecRun(new Map([['q', new Map([[id, 1]])]]), 't'))).toThrow(RangeError);
      expect(() => joined(formatTrecQrels(new Map([[id, new Map([['d', 1]])]])))).toThrow(RangeError);
      expect(() => joined(formatTrecRun(RUN, id))).toThrow(RangeError);
    }
  });
  it('refuse query ids that would make a line of a TREC file a comment; a document may have such an id', async () => {
    expect(() => joined(formatTrecRun(new Map([['#1', new Map([['d', 1]])]]), 't'))).toThrow(RangeError);
    expect(() => joined(formatTrecQrels(new Map([['#1', new Map([['d', 1]])]])))).toThrow(RangeError);
    const run: Run = new Map([['q', new Map([['#1', 1]])]]);
    expect(entries(await readTrecRun(sourceFile('f', joined(formatTrecRun(run, '#t')))))).toEqual(
      entries(run),
    );
  });
  it('write floats with a point, since Python tells 1 from 1.0', () => {
    expect(joined(formatRank1RunFile(new Map([['q', new Map([['d', 1]])]])))).toBe('{"q": {"d": 1.0}}\n');
  });
});

describe('readers of formats that others write', () => {
  it('BEIR keeps spaces in ids and reads a missing title as empty', async () => {
    const corpus =
      '{"_id": "MED 10", "text": "t", "metadata": {}}\n{"_id": "2", "title": "T", "text": "u"}\n';
    expect(await collect(readBeirCorpus(sourceFile('f', corpus)))).toEqual([
      { docid: 'MED 10', title: '', text: 't' },
      { docid: '2', title: 'T', text: 'u' },
    ]);
    const qrels = await readBeirQrels(sourceFile('f', 'query-id\tcorpus-id\tscore\nPLAIN 2\tMED 10\t2\n'));
    expect(entries(qrels)).toEqual([['PLAIN 2', [['MED 10', 2]]]]);
  });
  it('rank_llm’s text is found under the names rank_llm knows, ids may be numbers', async () => {
    const docs = ['{"contents": "a"}', '{"title": "T", "segment": "b"}', '{"passage": "c", "text": "d"}'];
    const candidates = docs.map((doc, index) => `{"docid": ${index}, "score": 0.5, "doc": ${doc}}`).join(',');
    const line = `{"query": {"text": "x", "qid": 264014}, "candidates": [${candidates}], "invocations_history": []}`;
    const [request] = await collect(readRankLlmRequests(sourceFile('f', line)));
    expect(request!.qid).toBe('264014');
    expect(request!.candidates.map(({ docid, title, text }) => [docid, title, text])).toEqual([
      ['0', '', 'a'],
      ['1', 'T', 'b'],
      ['2', '', 'd'],
    ]);
  });
  it('TREC columns split at what C calls space, not at what Unicode does', async () => {
    const run = await readTrecRun(sourceFile('f', '  q\u3000 \tQ0 d\u00a0e 1 .5 t \r\n'));
    expect(entries(run)).toEqual([['q\u3000', [['d\u00a0e', 0.5]]]]);
  });
});
