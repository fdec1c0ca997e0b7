import { describe, expect, it } from 'vitest';
import { readTasks, type InputFormat } from '../../../src/cli/rerank/document-file.ts';
import { readTable } from '../../../src/cli/rerank/table-file.ts';
import { MAX_LINE_LENGTH } from '../../../src/evaluation/files/lines.ts';
import { sourceFile } from '../../../src/evaluation/index.ts';
import { TextBudget } from '../../../src/evaluation/runner/text-budget.ts';

const read = async (name: string, text: string, format: InputFormat | 'auto' = 'auto') =>
  readTasks([sourceFile(name, text)], format);
const documentsOf = async (name: string, text: string, format?: InputFormat) =>
  (await read(name, text, format))[0]?.documents;

describe('documents are read', () => {
  it('from text: one a line, named by file and line, blank lines left out', async () => {
    expect(await documentsOf('a.txt', '\uFEFFone\r\n\n  two é\n')).toEqual([
      { id: 'a.txt:1', text: 'one' },
      { id: 'a.txt:3', text: '  two é' },
    ]);
    expect(await documentsOf('a.txt', 'one\n\ntwo\n', 'file')).toEqual([
      { id: 'a.txt', text: 'one\n\ntwo\n' },
    ]);
  });

  it('from JSONL: objects under the names tools give, and strings', async () => {
    const lines =
      '{"_id": 7, "title": "T", "contents": "c", "year": 1999, "deep": {}}\n"plain"\n{"text": ""}';
    expect(await documentsOf('a.jsonl', lines)).toEqual([
      { id: '7', title: 'T', text: 'c', metadata: { year: 1999 } },
      { id: 'a.jsonl:2', text: 'plain' },
      { id: 'a.jsonl:3', text: '', metadata: {} },
    ]);
  });

  it('from CSV: quoted line ends, any separator, columns in any order', async () => {
    expect(await documentsOf('a.csv', 'Title;Text;id\n"a; b";"two\nlines";x\n;c;\n\n')).toEqual([
      { id: 'x', title: 'a; b', text: 'two\nlines', metadata: {} },
      { id: 'a.csv:4', text: 'c', metadata: {} },
    ]);
  });

  it.each([',', ';', '\t', '|'])(
    'from a table of few rows cut at %j, blank lines or not',
    async (separator) => {
      const row = (...cells: readonly string[]) => cells.join(separator);
      const [head, first, second] = [
        row('id', 'text'),
        row('0', 'Bread is baked.'),
        row('1', 'A cold city.'),
      ];
      const expected = [
        { id: '0', text: 'Bread is baked.', metadata: {} },
        { id: '1', text: 'A cold city.', metadata: {} },
      ];
      for (const lines of [
        [head, first, second],
        [head, first, second, ''],
        [head, '', first, '', '', second, ''],
        ['', head, first, second],
        [`\uFEFF${head}`, first, second],
      ])
        for (const lineEnd of ['\n', '\r\n', '\r'])
          expect(await documentsOf('a.csv', lines.join(lineEnd)), JSON.stringify(lines)).toEqual(expected);
      // Separators of the other kinds belong to the text.
      expect(await documentsOf('a.tsv', `${head}\n0${separator}"a, b; c | d\te"\n`)).toMatchObject([
        { text: 'a, b; c | d\te' },
      ]);
    },
  );

  it('from a table of one column, whose texts are not cut', async () => {
    expect(await documentsOf('a.tsv', 'text\nCold, dark; far | away\nBread\tis baked.\n')).toMatchObject([
      { id: 'a.tsv:2', text: 'Cold, dark; far | away' },
      { id: 'a.tsv:3', text: 'Bread\tis baked.' },
    ]);
  });

  it.each(['\n', '\r\n', '\r'])('from a table with line ends %j as it arrives', async (lineEnd) => {
    let numRead = 0;
    const blocks = function* () {
      for (const row of ['text', 'one', 'two', 'three', 'four']) {
        numRead++;
        yield new TextEncoder().encode(row + lineEnd);
      }
    };
    const documents = readTable(sourceFile('a.csv', blocks()), () => undefined);
    expect(await documents.next()).toMatchObject({ value: { text: 'one' } });
    expect(numRead).toBeLessThanOrEqual(3);
    await documents.return(undefined);
  });

  it('from a JSON array of objects and strings, spread over lines or not', async () => {
    const json =
      '[{"id": 1, "text": "a", "year": 1999, "deep": {"text": "no"}, "tags": [1]},\n "plain",\n{"__proto__": 2, "body": ""}]';
    expect(await documentsOf('a.json', json)).toEqual([
      { id: '1', text: 'a', metadata: { year: 1999 } },
      { id: 'a.json[1]', text: 'plain' },
      { id: 'a.json[2]', text: '', metadata: { ['__proto__']: 2 } },
    ]);
  });

  it('from a JSON array on one line, each with an id of its own', async () => {
    const documents = await documentsOf('a.json', '[{"text":"one"},"two",{"text":"three"}]');
    expect(documents?.map(({ id }) => id)).toEqual(['a.json[0]', 'a.json[1]', 'a.json[2]']);
  });

  it.each(['jsonl', 'json'])('from %s with every other field, ids too, and all digits', async (format) => {
    const record = (id: string, more = '') => `{"id":${id},"text":"x"${more}}`;
    const records = [
      record('1', ',"doc_id":"abc","docno":"FT911-1","tweet_id":1212092628029698048,"score":1.0,"p":1e-05'),
      record('1212092628029698048'),
      record('""', ',"docid":"d"'),
    ];
    const text = format === 'json' ? `[${records.join()}]` : records.join('\n');
    const fields = { doc_id: 'abc', docno: 'FT911-1', tweet_id: '1212092628029698048', score: 1, p: 1e-5 };
    expect(await documentsOf(`a.${format}`, text)).toEqual([
      { id: '1', text: 'x', metadata: fields },
      { id: '1212092628029698048', text: 'x', metadata: {} },
      { id: 'd', text: 'x', metadata: {} },
    ]);
    const half = record('1.5');
    await expect(read(`a.${format}`, format === 'json' ? `[${half}]` : half)).rejects.toThrow(/not an id/);
  });

  it('however the bytes arrive', async () => {
    const files = {
      'a.csv': 'id;text\r\n1;"two\r\nlines; é"\r\n\r\n2;"say ""so"" twice"\r\n3;字\r\n',
      'a.json': '[{"text": "é字"},\n{"text": "b", "deep": [[{}]]}, "c"]',
      'a.jsonl': '{"text": "é字"}\n"c"\n',
    };
    for (const [name, text] of Object.entries(files)) {
      const bytes = new TextEncoder().encode(text);
      const whole = await documentsOf(name, text);
      expect(whole).toHaveLength(name === 'a.jsonl' ? 2 : 3);
      for (let size = 1; size < bytes.length; size++) {
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
          bytes.subarray(n * size, (n + 1) * size),
        );
        expect((await readTasks([sourceFile(name, chunks)], 'auto'))[0]?.documents).toEqual(whole);
      }
    }
  });

  it("from rank_llm's requests, each with its query", async () => {
    const request = {
      query: { qid: 3, text: 'q' },
      candidates: [{ docid: 'd', score: 1, doc: { segment: 's' } }],
    };
    expect(await read('requests.jsonl', JSON.stringify(request), 'rank-llm')).toEqual([
      { queryId: '3', query: 'q', documents: [{ id: 'd', title: '', text: 's' }] },
    ]);
  });

  it('from several files, in their order', async () => {
    const files = [sourceFile('a.txt', 'one'), sourceFile('b.jsonl', '"two"')];
    expect((await readTasks(files, 'auto'))[0]?.documents.map(({ text }) => text)).toEqual(['one', 'two']);
    const withEmpty = [sourceFile('a.json', '[]'), sourceFile('b.jsonl', '"two"')];
    expect((await readTasks(withEmpty, 'auto'))[0]?.documents.map(({ text }) => text)).toEqual(['two']);
  });
});

describe('a fault in a file is told with its line', () => {
  it.each<[string, string, RegExp]>([
    ['a.jsonl', '"a"\n{"text": ', /^a\.jsonl, line 2: .*not JSON/],
    ['a.jsonl', '"a"\n\n[1]', /^a\.jsonl, line 3: .*neither an object nor a string/],
    ['a.jsonl', '{"text": 3}', /^a\.jsonl, line 1: "text" is not a string/],
    ['a.jsonl', '{"__proto__": {"text": "x"}}', /^a\.jsonl, line 1: there is no "text"/],
    ['a.jsonl', '{"text": "x", "id": {}}', /^a\.jsonl, line 1: "id" is not an id/],
    ['a.csv', 'name,score\na,1', /^a\.csv, line 1: no column is called text/],
    ['a.csv', 'id,text\n1,"two\nlines"\n2,a,b', /^a\.csv, line 4: the row has 3 cells for 2 columns/],
    ['a.csv', 'id,text\n1,"open\n2,b', /^a\.csv, line 2: .*quote/i],
    ['a.csv', 'id,text\n1,a\n\n2,"open\n3,b', /^a\.csv, line 4: .*quote/i],
    ['a.csv', 'id;text\n1;"x" y;\n', /^a\.csv, line 2: /],
    ['a.csv', '\nText,,,text \na,,,b\n', /^a\.csv, line 2: two columns are called "text"/],
    ['a.json', '{"text": "a"}', /^a\.json, line 1: the file is not an array.*--input jsonl/],
    ['a.json', '[1]', /^a\.json, line 1: the file is not an array/],
    ['a.json', '[\n{"text": "a"},\n{"text": {}}]', /^a\.json, line 3: "text" is not a string/],
    ['a.json', '["a",\n', /^a\.json, line 2: the file ends too early/],
    ['a.csv', '', /^a\.csv, line 1: the file is empty/],
    ['a.csv', 'id,text\n', /^a\.csv: there is no document/],
    ['a.json', '[]', /^a\.json: there is no document/],
    ['a.txt', '\n\n', /^a\.txt, line 1: the file is empty/],
  ])('%s: %j', async (name, text, message) => {
    await expect(read(name, text)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringMatching(message),
    });
  });

  it('where a table has no line end, without reading on', async () => {
    let numRead = 0;
    const block = new TextEncoder().encode('text '.repeat(MAX_LINE_LENGTH / 16));
    const blocks = function* () {
      for (; numRead < 10; numRead++) yield block;
    };
    await expect(readTasks([sourceFile('a.csv', blocks())], 'auto')).rejects.toThrow(
      /^a\.csv, line 1: the row is longer than/,
    );
    expect(numRead).toBeLessThan(5);
  });

  it('where a request has a blank query', async () => {
    const lines = ['q', ' '].map((text, qid) =>
      JSON.stringify({
        query: { qid, text },
        candidates: [{ docid: 'd', score: 1, doc: { text: 'a' } }],
      }),
    );
    await expect(read('a.jsonl', lines.join('\n'), 'rank-llm')).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringMatching(/^a\.jsonl, line 2: the query "1" is blank/),
    });
  });

  it('where the texts are more than can be held', async () => {
    const reading = readTasks([sourceFile('a.csv', 'text\nabc\ndef\nghi')], 'auto', new TextBudget(7));
    await expect(reading).rejects.toThrow(/^a\.csv, line 4: .*more than 7 characters/);
  });

  it('where one text is more than can be held, without reading on', async () => {
    let numRead = 0;
    const blocks = function* () {
      for (; numRead < 10; numRead++) yield new TextEncoder().encode('abc\n');
    };
    const files = [sourceFile('a.txt', 'abc'), sourceFile('b.txt', blocks())];
    await expect(readTasks(files, 'file', new TextBudget(10))).rejects.toThrow(
      /^b\.txt, line 1: .*more than 10 characters/,
    );
    expect(numRead).toBeLessThan(5);
  });

  it('also where bytes are no text', async () => {
    const file = sourceFile('a.txt', new Uint8Array([97, 10, 0xff, 0xfe, 10]));
    await expect(readTasks([file], 'auto')).rejects.toThrow(/^a\.txt, line 2: .*not UTF-8/);
  });
});
