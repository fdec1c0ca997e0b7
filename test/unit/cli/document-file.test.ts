import { describe, expect, it } from 'vitest';
import { readTasks, type InputFormat } from '../../../src/cli/rerank/document-file.ts';
import { sourceFile } from '../../../src/evaluation/index.ts';

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
    ['a.csv', '', /^a\.csv, line 1: the file is empty/],
    ['a.txt', '\n\n', /^a\.txt, line 1: the file is empty/],
  ])('%s: %j', async (name, text, message) => {
    await expect(read(name, text)).rejects.toMatchObject({
      code: 'invalid-file',
      message: expect.stringMatching(message),
    });
  });

  it('also where bytes are no text', async () => {
    const file = sourceFile('a.txt', new Uint8Array([97, 10, 0xff, 0xfe, 10]));
    await expect(readTasks([file], 'auto')).rejects.toThrow(/^a\.txt, line 2: .*not UTF-8/);
  });
});
