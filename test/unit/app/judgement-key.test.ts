/** Under whatever could change an answer, a stored one is not found again. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INSTANT_REASONING, promptText, queryWithInstruction } from '../../../src/rank1/prompt.ts';
import { contentHash } from '../../../src/app/import/content-hash.ts';
import {
  dtypeOf,
  PROMPT_VERSION,
  questionKey,
  runKey,
  versionOf,
} from '../../../src/app/session/judgement-key.ts';
import { DEFAULT_QUESTION, type Question } from '../../../src/app/session/session-types.ts';
import { QUERY_PRESET_NAMES } from '../../../src/base/query-presets.ts';

const QUESTION: Question = { ...DEFAULT_QUESTION, query: 'Which city?', instruction: 'In Europe.' };

test('model, dtype, way of judging, preset, instruction and question are each in the key of a run', async () => {
  const keys = await Promise.all([
    runKey('revision', 'q4', QUESTION, 'reason'),
    runKey('another', 'q4', QUESTION, 'reason'),
    runKey('revision', 'fp16', QUESTION, 'reason'),
    runKey('revision', 'q4', QUESTION, 'instant'),
    ...QUERY_PRESET_NAMES.map((preset) => runKey('revision', 'q4', { ...QUESTION, preset }, 'reason')),
    runKey('revision', 'q4', { ...QUESTION, instruction: 'In Asia.' }, 'reason'),
    runKey('revision', 'q4', { ...QUESTION, query: 'Which river?' }, 'reason'),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
});

test('8-bit integers are another version of the same dtype', () => {
  const exact = versionOf({ dtype: 'q4', arithmetic: 'exact' });
  const fast = versionOf({ dtype: 'q4', arithmetic: 'fast' });
  // What was judged before there was a choice was exact.
  expect(exact).toBe('q4');
  expect(fast).not.toBe(exact);
  expect([exact, fast].map(dtypeOf)).toEqual(['q4', 'q4']);
});

test('how many passages are judged, and space around the words, change no answer', async () => {
  const other = { ...QUESTION, topK: 3, query: ' Which city? ', instruction: 'In Europe.\n' };
  expect(await runKey('r', 'q4', other, 'reason')).toBe(await runKey('r', 'q4', QUESTION, 'reason'));
  expect(await questionKey(other)).toBe(await questionKey(QUESTION));
});

test('a decision is about the question, whichever model answers it in whichever mode', async () => {
  expect(await questionKey({ ...QUESTION, mode: 'instant' })).toBe(await questionKey(QUESTION));
  expect(await questionKey({ ...QUESTION, preset: 'evidence' })).not.toBe(await questionKey(QUESTION));
});

/** Whoever changes the prompt or a preset raises PROMPT_VERSION, and puts the new pair here. */
test('the version is that of the prompt and the presets as they are', async () => {
  const presets: unknown = JSON.parse(readFileSync('src/rank1/presets.json', 'utf8'));
  const prompt = promptText(queryWithInstruction('Q', 'I'), 'D');
  const hash = await contentHash(JSON.stringify([prompt, INSTANT_REASONING, presets]));
  expect([PROMPT_VERSION, hash.slice(0, 16)]).toEqual(['rank1-1', '096a05a76af610eb']);
});
