/** Modes on a scripted model: what is asked of it, in how many steps, and what is told. */
import { describe, expect, test } from 'vitest';
import { parseScoringProfile } from '../../../src/model/parse-scoring-profile.ts';
import type { RunOptions, RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import { INSTANT_REASONING } from '../../../src/rank1/prompt.ts';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { ScriptedRuntime, type ScriptedRuntimeOptions } from '../../fakes/scripted-runtime.ts';

type Finished = Extract<RerankUpdate, { type: 'finished' }>;

async function rerank(script: ScriptedRuntimeOptions, texts: readonly string[], options: RunOptions) {
  const runtime = new ScriptedRuntime(script);
  const service = new RerankService(() => Promise.resolve(runtime));
  await service.load({ model: 'https://models.test/a/', device: 'auto' }, () => undefined);
  const documents = texts.map((text) => ({ text }));
  const updates: RerankUpdate[] = [];
  const { stats } = await service.rerank({ query: 'Tea?', documents, options }, (batch) => {
    updates.push(...batch);
  });
  const finished = updates.filter((update): update is Finished => update.type === 'finished');
  const prompts = (runtime.runners[0]?.plans ?? []).flatMap((plan) =>
    plan.kind === 'prefill' ? plan.rows.map((row) => runtime.tokenizer.decode([...row.tokenIds])) : [],
  );
  return { updates, finished: finished.sort((a, b) => a.index - b.index), prompts, stats };
}

describe('instant', () => {
  test('puts the thinking into the prompt and takes one step a document', async () => {
    const { finished, prompts, stats, updates } = await rerank({}, ['tea', 'milk', 'green tea'], {
      reasons: 'none',
    });
    expect(prompts[0]).toMatch(/\nPassage: tea\n<think>\n.*\n<\/think>$/);
    expect(prompts.every((prompt) => prompt.includes(`<think>\n${INSTANT_REASONING}\n</think>`))).toBe(true);
    expect(stats).toMatchObject({ numDecodeSteps: 0, numDecodeTokens: 0 });
    expect(finished.map(({ verdict }) => verdict)).toEqual([
      {
        label: 'true',
        score: expect.closeTo(1 / (1 + Math.exp(-3)), 12),
        logitDifference: 3,
        forced: false,
        instant: true,
      },
      {
        label: 'false',
        score: expect.closeTo(1 / (1 + Math.exp(5)), 12),
        logitDifference: -5,
        forced: false,
        instant: true,
      },
      expect.objectContaining({ label: 'true' }),
    ]);
    for (const update of finished)
      expect(update).toMatchObject({ finishReason: 'verdict', reasoning: '', numNewTokens: 1 });
    expect(updates.some(({ type }) => type === 'reasoning')).toBe(false);
  });

  test('cuts a long document so that its closing chain still fits', async () => {
    const { finished, prompts } = await rerank({}, ['tea '.repeat(500)], { reasons: 'none' });
    expect(finished[0]).toMatchObject({ truncated: true, finishReason: 'verdict' });
    expect(finished[0]?.numPromptTokens).toBeLessThanOrEqual(512);
    expect(prompts[0]?.endsWith(`\n${INSTANT_REASONING}\n</think>`)).toBe(true);
  });
});

describe('a model that gives scores only', () => {
  const profile = parseScoringProfile({
    name: 'scores-only',
    prompt: ['Q: {query}\n', 'D: {document}', '\nA:'],
    query: { plain: '{query}', instructed: '{instruction} {query}', defaultInstruction: null },
    chain: 'none',
    answers: { true: '1', false: '0' },
    score: { offset: 4.5, scale: 1 },
    cut: { at: 'token', maxTokens: 60, maxCharacters: null },
    trim: false,
  });
  const script = { profile, scriptOf: () => ({ chain: '', logits: [7, 1] as const }) };

  test('is asked for one token, without a chain, and scored by its own formula', async () => {
    const { finished, prompts, stats, updates } = await rerank(script, ['tea', 'milk'], {
      instruction: 'Hot.',
    });
    expect(prompts.sort()).toEqual(['Q: Hot. Tea?\nD: milk\nA:', 'Q: Hot. Tea?\nD: tea\nA:']);
    expect(stats).toMatchObject({ numDecodeSteps: 0 });
    expect(updates.some(({ type }) => type === 'reasoning')).toBe(false);
    for (const { verdict, reasoning } of finished) {
      expect(reasoning).toBe('');
      expect(verdict).toMatchObject({ label: 'true', logitDifference: 6, forced: false });
      expect(verdict?.score).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 12);
    }
  });

  test('loses the end of a long document, never the end of its prompt', async () => {
    const { finished, prompts } = await rerank(script, ['tea '.repeat(100)], {});
    expect(finished[0]).toMatchObject({ truncated: true, numPromptTokens: 60 });
    expect(prompts[0]).toMatch(/^Q: Tea\?\nD: tea tea .*\nA:$/);
  });

  test('refuses what needs a chain, and stays loaded', async () => {
    const service = new RerankService(() => Promise.resolve(new ScriptedRuntime(script)));
    await service.load({ model: 'https://models.test/a/', device: 'auto' }, () => undefined);
    const judge = (options: RunOptions) =>
      service.rerank({ query: 'Tea?', documents: [{ text: 'tea' }], options }, () => undefined);
    for (const options of [{ rethink: 1 }, { samples: 2 }])
      await expect(judge(options)).rejects.toMatchObject({ code: 'option-unsupported' });
    expect(await judge({})).toMatchObject({ numFinished: 1 });
  });
});

describe('the loop guard', () => {
  const loop = () => ({ chain: `It is so. ${'and so on. '.repeat(60)}`, logits: [1, 3] as const });
  const options = { maxNewTokens: 240, loopGuard: true };

  test('ends a chain that repeats itself, asks for its verdict and says so', async () => {
    const { finished, prompts } = await rerank({ scriptOf: loop }, ['tea'], options);
    expect(finished[0]).toMatchObject({
      finishReason: 'loop',
      verdict: { label: 'false', logitDifference: -2, forced: true },
    });
    expect(finished[0]?.numNewTokens).toBeLessThan(90);
    expect(prompts).toHaveLength(2);
    expect(prompts[1]).toMatch(/<think>\nIt is so\. (and so on\. ?)+\n<\/think>$/);
  });

  test('is left out unless asked for, as in the reference', async () => {
    const { finished } = await rerank({ scriptOf: loop }, ['tea'], { maxNewTokens: 240 });
    expect(finished[0]).toMatchObject({ finishReason: 'length', numNewTokens: 241 });
    expect(finished[0]?.verdict?.forced).toBe(true);
  });

  test('leaves the others of the batch alone', async () => {
    const scriptOf = (document: string) =>
      document === 'loop' ? loop() : { chain: 'Yes.\n</think> true', logits: [2, 0] as const };
    const { finished } = await rerank({ scriptOf }, ['a', 'loop', 'b'], options);
    expect(finished.map(({ finishReason }) => finishReason)).toEqual(['verdict', 'loop', 'verdict']);
  });
});

describe('rethink', () => {
  // A script says what comes at each place: `</think> true` are two tokens and "\nWait" five, so three dots are passed over.
  const scriptOf = () => ({
    chain: 'Yes.\n</think> true..., or no.\n</think> false... at all.\n</think> true',
    logits: [1, 2] as const,
  });
  const answers: [number, string, string][] = [
    [0, 'true', 'Yes.'],
    [1, 'false', 'Yes.\n\nWait, or no.'],
    [2, 'true', 'Yes.\n\nWait, or no.\n\nWait at all.'],
  ];

  test.each(answers)('%i times: the last verdict counts', async (rethink, label, reasoning) => {
    const { finished, prompts, updates } = await rerank({ scriptOf }, ['tea'], { rethink });
    expect(finished[0]).toMatchObject({ finishReason: 'verdict', reasoning });
    expect(finished[0]?.verdict).toMatchObject({ label, forced: false });
    expect(prompts).toHaveLength(rethink + 1);
    const shown = updates.map((update) => (update.type === 'reasoning' ? update.delta : '')).join('');
    expect(shown.trim()).toBe(reasoning);
  });

  test('goes on from the text before the marker, to the character', async () => {
    const { prompts } = await rerank({ scriptOf }, ['tea'], { rethink: 1 });
    expect(prompts[1]).toBe(`${prompts[0]}Yes.\n\nWait`);
  });

  test('shares one limit with the chain; a continuation it cuts is asked for its verdict', async () => {
    const { finished } = await rerank({ scriptOf }, ['tea'], { rethink: 1, maxNewTokens: 11 });
    expect(finished[0]).toMatchObject({ finishReason: 'length', numNewTokens: 12 });
    expect(finished[0]?.verdict?.forced).toBe(true);
  });

  test('keeps the verdict when nothing is left to think with', async () => {
    const { finished } = await rerank({ scriptOf }, ['tea'], { rethink: 3, maxNewTokens: 7 });
    expect(finished[0]).toMatchObject({ finishReason: 'verdict', reasoning: 'Yes.' });
    expect(finished[0]?.verdict).toMatchObject({ label: 'true', forced: false });
  });
});

describe('templates and presets', () => {
  test('take the place of the query, instruction included', async () => {
    const { prompts } = await rerank({}, ['tea'], {
      queryTemplate: 'Find all on FILL_QUERY_HERE.',
      instruction: 'hot only',
    });
    expect(prompts[0]).toContain('\nQuery: Find all on Tea? hot only.\nPassage: tea\n<think>');
  });

  test('come by name too', async () => {
    const { prompts } = await rerank({}, ['tea'], { preset: 'counterargument' });
    expect(prompts[0]).toMatch(/\nQuery: Argument: Tea\? A passage is relevant when it argues against/);
  });
});

describe('the limit of a chain', () => {
  test.each([
    [{}, 60],
    [{ maxNewTokens: 7 }, 7],
    [{ maxNewTokens: 8192 }, 256],
    [{ reasons: 'none' as const }, 1],
  ])('with %j is told with the figures of the run', async (options, limit) => {
    const { stats } = await rerank({}, ['tea'], options);
    expect(stats.maxNewTokens).toBe(limit);
  });
});
