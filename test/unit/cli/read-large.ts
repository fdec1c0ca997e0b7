/** Reads documents of 1 kB as they arrive, in a process of its own: `node read-large.mjs <format> <how many>`. */
import { readTasks, type InputFormat } from '../../../src/cli/rerank/document-file.ts';
import { sourceFile } from '../../../src/evaluation/index.ts';

const [, , format = '', count = ''] = process.argv;
const TEXT = 'A passage of a thousand characters, all of them plain. '.repeat(19).slice(0, 1000);

const FORMS: Record<string, { head: string; row: (id: number) => string; tail: string }> = {
  lines: { head: '', row: (id) => `${id} ${TEXT}\n`, tail: '' },
  jsonl: { head: '', row: (id) => `${JSON.stringify({ id, text: `${id} ${TEXT}` })}\n`, tail: '' },
  json: {
    head: '[',
    row: (id) => `${id > 0 ? ',' : ''}${JSON.stringify({ id, text: `${id} ${TEXT}` })}`,
    tail: ']',
  },
  csv: { head: 'id;text\n', row: (id) => `${id};"${id} ${TEXT}"\n`, tail: '' },
};

function* chunks(): Generator<Uint8Array> {
  const { head, row, tail } = FORMS[format]!;
  const encoder = new TextEncoder();
  yield encoder.encode(head);
  for (let id = 0; id < Number(count); id += 60)
    yield encoder.encode(Array.from({ length: 60 }, (_, n) => row(id + n)).join(''));
  yield encoder.encode(tail);
}

const [task] = await readTasks([sourceFile('large', chunks())], format as InputFormat);
const { documents } = task!;
if (documents.some(({ text }, id) => !text.startsWith(`${id} `))) throw new Error('a text is another one');
console.log(documents.length);
