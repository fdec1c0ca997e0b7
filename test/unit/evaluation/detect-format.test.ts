/** Files dropped without a word on what they are. */
import { describe, expect, test } from 'vitest';
import { readAnyQrels, readAnyRun, type RunChoice } from '../../../src/evaluation/files/any-run.ts';
import { detectFormat } from '../../../src/evaluation/files/detect-format.ts';
import { sourceFile } from '../../../src/evaluation/files/source-file.ts';

const LONG = 'x'.repeat(200_000);
const FILES = [
  ['trec-run', 'q1 Q0 d1 1 2.5 tag\n'],
  ['trec-run', '\uFEFF\n\nq1\tQ0\td1\t1\t2.5\ttag\n'],
  ['trec-run', 'q1 Q0 d1 1 2.5\n'],
  ['trec-qrels', '# topics of 2019\nq1 0 d1 2\n'],
  ['beir-qrels', 'query-id\tcorpus-id\tscore\nq1\td1\t2\n'],
  ['beir-queries', '{"_id": "q1", "text": "why"}\n'],
  ['beir-corpus', '{"_id": "d1", "title": "", "text": "because"}\n'],
  ['beir-corpus', `{"_id": "d1", "title": "", "text": "${LONG}"}\n`],
  ['beir-queries', '{"_id": "q1", "text": "what is tea", "metadata": {"candidates": ["d1", "d2"]}}\n'],
  ['beir-queries', '{"_id": "q1", "text": "what is tea", "metadata": {"title": "Tea"}}\n'],
  ['beir-queries', '{"_id": "q1", "metadata": {"task_name": "T", "scores": []}, "text": "why"}\n'],
  ['beir-queries', '{"_id": "q1", "text": "why"}\n{"_id": "q2", "text": "how", "title": ""}\n'],
  ['beir-corpus', '{"_id": "d1", "title": "", "text": "\\"}", "metadata": {"candidates": ["Smith"]}}\n'],
  [
    'beir-corpus',
    `{"_id": "d1", "title": "", "text": "\\"candidates\\": [${LONG.replaceAll('xx', '\\"x')}"}\n`,
  ],
  ['rank1-run', '{"q1": {"d1": 0.5}}'],
  ['rank1-run', '{"q1": {}}'],
  ['rank1-run', '{"candidates": {"d1": -0.5}}'],
  ['rank1-run', '{\n  "candidates": {\n    "d1": -0.5\n  }\n}'],
  ['mteb-predictions', '{"mteb_model_meta": {"model_name": "m"}, "default": {}}'],
  ['mteb-predictions', '{"default": {"test": {"q1": {"d1": 1}}}}'],
  ['mteb-result', '{"task_name": "T", "scores": {"test": []}}'],
  ['mteb-result', '{\n  "task_name": "T",\n  "scores": {\n    "test": []\n  }\n}'],
  ['rank-llm-requests', '{"query": {"text": "why", "qid": 1}, "candidates": []}\n'],
  [
    'rank-llm-requests',
    '{"query": {"text": "why", "qid": 1}, "candidates": [{"docid": "d1", "score": 7.1, "doc": {"_id": "d1", "title": "t", "text": "x"}}]}\n',
  ],
  [
    'eval-jsonl',
    '{"qid": "1", "query": "why", "candidates": [{"docid": "a", "text": "b", "grade": null}]}\n',
  ],
  ['query-results', '{"qid": "1", "query": "why", "measures": {}, "ranking": []}\n'],
] as const;

async function text(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const bytes: number[] = [];
  for await (const chunk of chunks) for (const byte of chunk) bytes.push(byte);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

describe('the format of a file', () => {
  test.each(FILES)('is %s: %s', async (format, content) => {
    const bytes = new TextEncoder().encode(content);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
      bytes.subarray(7 * i, 7 * i + 7),
    );
    for (const whole of [content, pieces]) {
      const detected = await detectFormat(sourceFile('file', whole));
      expect(detected.format).toBe(format);
      expect(await text(detected.source.chunks)).toBe(content);
    }
  });

  test.each([
    ['', 1, 'empty'],
    [' \n\n', 1, 'empty'],
    ['\nhello world', 2, 'none of the formats'],
    ['[1, 2]', 1, 'none of the formats'],
    ['{"a": [1]}', 1, 'none of the formats'],
  ])('of %j is refused at line %d', async (content, line, problem) => {
    const attempt = detectFormat(sourceFile('run.txt', content));
    await expect(attempt).rejects.toMatchObject({ code: 'invalid-file' });
    await expect(attempt).rejects.toThrow(`run.txt, line ${line}`);
    await expect(attempt).rejects.toThrow(problem);
  });

  test('is told from the beginning of a file, however long it is', async () => {
    let numRead = 0;
    const endless = (function* () {
      for (;;) {
        numRead++;
        yield new TextEncoder().encode('q1 Q0 d1 1 2.5 tag\n'.repeat(1000));
      }
    })();
    expect((await detectFormat(sourceFile('run', endless))).format).toBe('trec-run');
    expect(numRead).toBeLessThan(10);
  });
});

describe('a run in any format', () => {
  test('is read, and of several the one that is named', async () => {
    const expected = new Map([['q1', new Map([['d1', 2.5]])]]);
    for (const content of [
      'q1 Q0 d1 1 2.5 t\n',
      '{"q1": {"d1": 2.5}}',
      '{"default": {"test": {"q1": {"d1": 2.5}}}}',
    ])
      expect(await readAnyRun(sourceFile('run', content))).toEqual(expected);
    const two = '{"a": {"dev": {"q1": {"d1": 1}}, "test": {"q1": {"d1": 2.5}}}}';
    expect(await readAnyRun(sourceFile('run', two), { split: 'test' })).toEqual(expected);
    await expect(readAnyRun(sourceFile('run', two))).rejects.toThrow('which split');
    await expect(readAnyRun(sourceFile('run', 'q1 0 d1 2\n'))).rejects.toThrow('not a run');
  });

  test('is the only one of its file if none is named, else the usual one, and never another than was named', async () => {
    const read = (splits: string, choice: RunChoice) =>
      readAnyRun(sourceFile('run', `{"fas": {${splits}}}`), choice);
    const [dev, test] = ['"dev": {"q1": {"d1": 1}}', '"test": {"q1": {"d1": 2}}'];
    const defaultSplit = 'test';
    expect(await read(dev, { defaultSplit })).toEqual(new Map([['q1', new Map([['d1', 1]])]]));
    expect(await read(`${dev}, ${test}`, { defaultSplit })).toEqual(new Map([['q1', new Map([['d1', 2]])]]));
    for (const [choice, message] of [
      [{ subset: 'zho' }, 'there is no subset "zho". The file has "fas"'],
      [{ split: 'test' }, 'there is no split "test". The file has "dev"'],
    ] as const)
      await expect(read(dev, choice)).rejects.toThrow(message);
  });

  test('has judgements in either format', async () => {
    const expected = new Map([['q1', new Map([['d1', 2]])]]);
    for (const content of ['q1 0 d1 2\n', 'query-id\tcorpus-id\tscore\nq1\td1\t2\n'])
      expect(await readAnyQrels(sourceFile('qrels', content))).toEqual(expected);
    await expect(readAnyQrels(sourceFile('qrels', '{"q": {"d": 1}}'))).rejects.toThrow('not judgements');
  });
});
