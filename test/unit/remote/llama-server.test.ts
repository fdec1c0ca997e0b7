/**
 * Answers in the shape of llama.cpp's server, as it gave them to bench/run/remote-trial.ts: logprobs as a list of steps, the
 * stop text kept back with the text of its tokens, no offsets, no running counts, and the usage at the end.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DONE, sendEvents } from './completions-server.ts';
import { judge, server, startServer, stopServer } from './judging.ts';

beforeEach(startServer);
afterEach(stopServer);

type Top = readonly (readonly [id: number, token: string, logprob: number])[];

function step(text: string, [id, , logprob]: Top[number], top: Top, isHeld = false): string {
  const likeliest = top.map(([topId, token, topLogprob]) => ({
    id: topId,
    token,
    bytes: [...Buffer.from(token)],
    logprob: topLogprob,
  }));
  const content = [{ id, token: isHeld ? '' : text, bytes: [], logprob, top_logprobs: likeliest }];
  return line({ text, index: 0, logprobs: { content }, finish_reason: null });
}
const line = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({ choices: [choice], model: 'rank1-demo', object: 'text_completion', ...more })}\n\n`;
const end = (reason: string, numTokens: number): string =>
  line(
    { text: '', index: 0, logprobs: null, finish_reason: reason },
    { usage: { prompt_tokens: 178, completion_tokens: numTokens } },
  );

const MISSING: Top[number] = [552, ' missing.', -0.1];
const CLOSE: Top[number] = [16383, '</think>', -0.001];
const FALSE: Top[number] = [790, ' false', -0.10214];
const TRUE: Top[number] = [760, ' true', -2.33767];
const THOUGHT = step(' missing.', MISSING, [MISSING]);
const HELD = [step('', CLOSE, [CLOSE, MISSING], true), step('', FALSE, [FALSE, TRUE], true)];

it('reads the verdict of a chain whose stop text is kept back from the step that answered', async () => {
  const { finished, error } = await judge((_, response) =>
    sendEvents(response, [THOUGHT, ...HELD, end('stop', 3), DONE]),
  );
  expect(error).toBeNull();
  expect(finished[0]).toMatchObject({
    finishReason: 'verdict',
    reasoning: 'missing.',
    verdict: { label: 'false', forced: false },
    numPromptTokens: 178,
    numNewTokens: 3,
  });
  expect(finished[0]?.verdict?.logitDifference).toBeCloseTo(TRUE[2] - FALSE[2], 12);
  expect(server.completions).toHaveLength(1);
});

it('asks for the answer of a chain that was stopped, when nothing tells which it was', async () => {
  const { finished } = await judge(({ body }, response) => {
    if (body.max_tokens === 1)
      return sendEvents(response, [step(' false', FALSE, [FALSE, TRUE]), end('length', 1), DONE]);
    sendEvents(response, [
      line({ text: ' missing.', index: 0, logprobs: null, finish_reason: null }),
      end('stop', 3),
      DONE,
    ]);
  });
  expect(finished[0]).toMatchObject({ finishReason: 'verdict', verdict: { label: 'false', forced: false } });
  expect(server.completions[1]?.body.prompt).toMatch(/<think> missing\.<\/think>$/);
});

it('asks after the last sentence, and says so, when the tokens tell that the chain ended without an answer', async () => {
  const { finished } = await judge(({ body }, response) => {
    if (body.max_tokens === 1)
      return sendEvents(response, [step(' false', FALSE, [FALSE, TRUE]), end('length', 1), DONE]);
    sendEvents(response, [
      THOUGHT,
      step('', [16381, '', -0.1], [[16381, '', -0.1]], true),
      end('stop', 2),
      DONE,
    ]);
  });
  expect(finished[0]).toMatchObject({ finishReason: 'length', verdict: { label: 'false', forced: true } });
  expect(server.completions[1]?.body.prompt).toMatch(/<think>\nmissing\.\n<\/think>$/);
});

it('believes a server that names the stop text', async () => {
  const { finished } = await judge(({ body }, response) => {
    if (body.max_tokens === 1)
      return sendEvents(response, [step(' true', FALSE, [FALSE, TRUE]), end('length', 1), DONE]);
    const choice = {
      text: 'So.',
      index: 0,
      logprobs: null,
      finish_reason: 'stop',
      stop_reason: '</think> true',
    };
    sendEvents(response, [line(choice), DONE]);
  });
  expect(finished[0]?.verdict).toMatchObject({ label: 'true', forced: false });
});

it('tries again a stream that brings more tokens than were generated', async () => {
  const { finished } = await judge((_, response, number) =>
    sendEvents(response, [THOUGHT, ...(number === 1 ? [THOUGHT] : []), ...HELD, end('stop', 3), DONE]),
  );
  expect(finished[0]).toMatchObject({ reasoning: 'missing.', numNewTokens: 3 });
  expect(server.completions).toHaveLength(2);
});

it('takes the context of a slot for the longest a prompt may be, and asks for token ids in its words', async () => {
  server.models = { data: [{ id: 'rank1-demo', meta: { n_ctx: 300, n_ctx_train: 2048 } }] };
  await judge((_, response) => sendEvents(response, [THOUGHT, ...HELD, end('stop', 3), DONE]));
  expect(server.completions[0]?.body.max_tokens).toBe(150);
  const asked = server.seen.filter(({ path }) => path === '/tokenize').map(({ body }) => body['content']);
  expect(asked).toEqual([' true', ' false']);
});
