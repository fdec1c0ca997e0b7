/** Session files are a stranger's: whatever is not as it should be is refused, in words. */
import { expect, test } from 'vitest';
import { parseSessionFile } from '../../../src/app/session/session-file.ts';

const HASH = 'a'.repeat(64);
const QUESTION = { query: 'q', instruction: '', preset: null, mode: 'reason', topK: 25 };
const GOOD = {
  format: 'rank1-rerank/triage-session',
  version: 1,
  session: {
    id: 'x',
    name: 'n',
    createdAt: '2026-01-01T00:00:00.000Z',
    question: QUESTION,
    asked: QUESTION,
    running: true,
  },
  files: [
    {
      path: 'a.pdf',
      kind: 'pdf',
      numBytes: 1,
      passages: [{ text: 't', hash: HASH, page: 1, firstLine: 1, lastLine: 2 }],
      warnings: [],
      error: null,
    },
  ],
  decisions: [{ sessionId: 'x', questionKey: HASH, hash: HASH, decision: 'keep', note: 'n' }],
  judgements: [
    {
      key: `${HASH}:${HASH}`,
      hash: HASH,
      verdict: { label: 'true', score: 0.9, logitDifference: 2.2, forced: false },
      reasoning: '<b>',
      finishReason: 'verdict',
      truncated: false,
      numPromptTokens: 1,
      numNewTokens: 1,
    },
  ],
};

test('a file as it should be is read, without what is not asked for', () => {
  const { session, judgements } = parseSessionFile(JSON.stringify({ ...GOOD, more: 1 }));
  expect(session).toEqual({
    name: 'n',
    createdAt: GOOD.session.createdAt,
    question: QUESTION,
    asked: QUESTION,
  });
  expect(judgements).toEqual(GOOD.judgements);
});

test.each([
  ['no JSON', '{'],
  ['something else', '[]'],
  ['another version', JSON.stringify({ ...GOOD, version: 2 })],
  [
    'a decision there is not',
    JSON.stringify({ ...GOOD, decisions: [{ ...GOOD.decisions[0], decision: 'burn' }] }),
  ],
  ['a score beyond 1', JSON.stringify(GOOD).replace('0.9', '9')],
  ['a key of another form', JSON.stringify(GOOD).replace(`${HASH}:`, 'k:')],
  ['a text that is none', JSON.stringify(GOOD).replace('"text":"t"', '"text":{"t":1}')],
  ['a mode that is inherited', JSON.stringify(GOOD).replaceAll('"reason"', '"constructor"')],
])('%s is refused', (_, content) => {
  expect(() => parseSessionFile(content)).toThrow(
    expect.objectContaining({
      code: 'invalid-file',
      message: expect.stringMatching(/^This is not a session file/) as string,
    }),
  );
});
