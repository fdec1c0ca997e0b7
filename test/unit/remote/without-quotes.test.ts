/** Errors are logged and shown: what a server says of a request must not carry the texts along. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withoutQuotes } from '../../../src/remote/without-quotes.ts';
import { sendEvents, type Answer } from './completions-server.ts';
import { judge, KEY, startServer, status, stopServer } from './judging.ts';

beforeEach(startServer);
afterEach(stopServer);

const LETTER =
  'Dear Mr O\'Neill,\nyour "Grüße" of 12 May: the surgery in Tromsø is too long to wait for.\n病歷號碼一二三四五六七八九十,病人住在高雄市左營區自由二路,電話零七五五五一二三四。';
const WORDS = ['Dear', 'Neill', 'surgery', 'Troms', '病', '\\u75c5', '高雄', '\\u9ad8'];

const ascii = (json: string): string =>
  json.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
const python = (text: string): string => `'${text.replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
const html = (text: string): string => text.replaceAll("'", '&#39;').replaceAll('"', '&quot;');
const asking =
  (said: (prompt: string) => string, code = 422): Answer =>
  ({ body }, response) =>
    void response.writeHead(code).end(said(body.prompt));

it.each<[string, Answer]>([
  [
    "FastAPI's list",
    asking((prompt) =>
      JSON.stringify({
        detail: [
          {
            type: 'x',
            loc: ['body', 'logprobs'],
            msg: 'logprobs are off',
            input: { prompt },
            ctx: { prompt },
          },
          { loc: ['body', 0], msg: 'and more' },
        ],
      }),
    ),
  ],
  [
    "vLLM's message, with Python's quotes",
    asking((prompt) =>
      JSON.stringify({ error: { message: `logprobs are off: {'input': ${python(prompt)}}` } }),
    ),
  ],
  [
    'JSON in a message',
    asking((prompt) => JSON.stringify({ message: `logprobs are off: ${ascii(JSON.stringify({ prompt }))}` })),
  ],
  [
    'an unknown shape',
    asking((prompt) => ascii(JSON.stringify({ problem: 'logprobs are off', prompt })), 400),
  ],
  ['a page', asking((prompt) => `<p>logprobs are off<pre>${html(prompt)}</pre>`, 501)],
  ['a part', asking((prompt) => `logprobs are off: “${prompt.slice(prompt.indexOf('病'), -20)}…”`)],
  [
    'an error within a stream',
    ({ body }, response) =>
      sendEvents(response, [
        `data: ${JSON.stringify({ error: { message: `logprobs are off: ${body.prompt}`, code: 400 } })}\n\n`,
      ]),
  ],
])('%s keeps its reason and loses what it quotes', async (_, answer) => {
  const { error } = await judge(answer, {}, {}, [LETTER]);
  expect(error).toMatchObject({
    code: 'model-unsupported',
    message: expect.stringMatching(/logprobs are off/),
  });
  for (const word of WORDS) expect(error?.message).not.toContain(word);
});

it('names the place of each entry in a list', async () => {
  const entries = [
    { loc: ['body', 'logprobs'], msg: 'too many' },
    { loc: ['body', 'stop', 0], msg: 'no string' },
  ];
  const { error } = await judge(status(422, {}, JSON.stringify({ detail: entries })));
  expect(error?.message).toContain('body.logprobs: too many; body.stop.0: no string');
});

it('loses a key that stands behind a long quote', async () => {
  const { error } = await judge(
    asking((prompt) => prompt.slice(0, 1990).padEnd(1990, '.') + KEY),
    {},
    {},
    [LETTER.repeat(30)],
  );
  expect(error?.message).not.toContain(KEY.slice(0, 6));
});

it('leaves a message that shares words with a prompt', () => {
  const said = "This model's maximum context length is 2048 tokens. However, you requested 5000 tokens.";
  expect(withoutQuotes(said, 'On the maximum context length of models: you requested …')).toBe(said);
  expect(withoutQuotes(said, '')).toBe(said);
});
