/** Documents longer than the context, in passages: on a scripted model that finds tea where the text says so. */
import { describe, expect, test } from 'vitest';
import type { RerankDocument, RunOptions, RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { ScriptedRuntime, type ScriptedRuntimeOptions } from '../../fakes/scripted-runtime.ts';

type Finished = Extract<RerankUpdate, { type: 'finished' }>;

async function rerank(
  documents: readonly RerankDocument[],
  options: RunOptions = {},
  { abortAfter, ...script }: ScriptedRuntimeOptions & { abortAfter?: number } = {},
) {
  let step = 0;
  const abortion = new AbortController();
  const runtime: ScriptedRuntime = new ScriptedRuntime({
    ...script,
    beforeStep: () => {
      if (abortAfter !== undefined && step++ >= abortAfter) abortion.abort();
    },
  });
  const service = new RerankService(() => Promise.resolve(runtime));
  await service.load({ model: 'https://models.test/a/', device: 'auto' }, () => undefined);
  const updates: RerankUpdate[] = [];
  const request = { query: 'Tea?', documents, options: { longDocuments: 'passages', ...options } };
  const summary = await service.rerank(request as never, (batch) => updates.push(...batch), abortion.signal);
  const finished = updates.filter((update): update is Finished => update.type === 'finished');
  const prompts = runtime.runners[0]?.plans.flatMap((plan) =>
    plan.kind === 'prefill' ? plan.rows.map((row) => runtime.tokenizer.decode([...row.tokenIds])) : [],
  );
  return { summary, updates, finished, prompts: prompts ?? [] };
}

const dull = 'Nothing of note was said here. ';
const longText = `${dull.repeat(40)}Then tea was served. ${dull.repeat(40)}`;

describe('a long document in passages', () => {
  test('has the verdict of its best passage, and shows which that is', async () => {
    const { finished, summary, prompts } = await rerank([{ text: longText }, { text: 'Milk.' }]);
    const long = finished.find(({ index }) => index === 0);
    expect(long).toMatchObject({ finishReason: 'verdict', truncated: false, reasoning: 'It is about tea.' });
    expect(long?.verdict).toMatchObject({ label: 'true', logitDifference: 3 });
    const { start = 0, end = 0, numPassages = 0 } = long?.passage ?? {};
    expect(longText.slice(start, end)).toContain('Then tea was served.');
    expect(longText.slice(start, end)).toMatch(/^Nothing.*\.$/);
    expect(numPassages).toBeGreaterThan(5);
    expect(prompts).toHaveLength(numPassages + 1);
    expect(finished.find(({ index }) => index === 1)).not.toHaveProperty('passage');
    expect(summary).toMatchObject({ numDocuments: 2, numFinished: 2 });
  });

  test('starts once, streams no jumble of chains, finishes once', async () => {
    const { updates } = await rerank([{ text: longText }, { text: longText }], { maxSlots: 3 });
    for (const index of [0, 1]) {
      const own = updates.filter((update) => update.index === index);
      expect(own.map(({ type }) => type)).toEqual(['started', 'finished']);
    }
  });

  test('counts the tokens of all its passages, not only those of the one that decided', async () => {
    const { finished, summary, updates } = await rerank([{ text: longText }]);
    const [long] = finished as [Finished];
    const { numPrefillTokens, numPrefixTokensSaved, numDecodeTokens } = summary.stats;
    // Each chain's first token comes with its prompt.
    expect(long.numNewTokens).toBe(numDecodeTokens + long.passage!.numPassages);
    expect(long.numPromptTokens).toBe(numPrefillTokens + numPrefixTokensSaved);
    expect(updates[0]).toMatchObject({ type: 'started', numPromptTokens: long.numPromptTokens });
  });

  test('counts the tokens of all samples of all passages', async () => {
    const scriptOf = () => ({ chain: 'So', logits: [3, 1] as const, allLogits: [-1000, 1, 1, 1] });
    const options = { samples: 3, temperature: 1, maxNewTokens: 4 };
    const { finished, summary, prompts } = await rerank([{ text: longText }], options, { scriptOf });
    const [long] = finished as [Finished];
    // A chain and the answer that it is asked for, of each sample of each passage.
    expect(prompts).toHaveLength(2 * 3 * long.passage!.numPassages);
    expect(long.numNewTokens).toBe(summary.stats.numDecodeTokens + prompts.length);
  });

  test('that is aborted counts what was done for it, finished passages included', async () => {
    const { finished, summary, prompts } = await rerank(
      [{ text: longText }],
      { maxSlots: 2 },
      { abortAfter: 30 },
    );
    expect(prompts.length).toBeGreaterThan(2);
    expect(finished[0]).toMatchObject({ finishReason: 'aborted' });
    expect(finished[0]!.numNewTokens).toBe(summary.stats.numDecodeTokens + prompts.length);
  });

  test('carries its title into each passage', async () => {
    const { prompts } = await rerank([{ title: 'On drinks', text: longText }]);
    for (const prompt of prompts) expect(prompt).toMatch(/\nPassage: On drinks (Nothing|Then)/);
  });

  test('with a title longer than the context is flagged, and judged all the same', async () => {
    const { finished } = await rerank([{ title: 'On '.repeat(900), text: longText }]);
    expect(finished[0]).toMatchObject({ finishReason: 'verdict', truncated: true });
    expect(finished[0]?.verdict?.label).toBe('true');
  });

  test.each([
    ['blank', ' '.repeat(5000)],
    ['one word', 'x'.repeat(5000)],
    ['lone surrogates', '\uD83D'.repeat(3000)],
    ['markers', '</think> true '.repeat(300)],
  ])('that is %s is judged, never an exception', async (_name, text) => {
    const { finished } = await rerank([{ text }]);
    expect(finished).toHaveLength(1);
    expect(finished[0]).toMatchObject({ finishReason: 'verdict' });
  });

  test('is too long for a query that leaves no room, as any document', async () => {
    const { finished } = await rerank([{ text: longText }], { instruction: 'why '.repeat(500) });
    expect(finished[0]).toMatchObject({ finishReason: 'prompt-too-long', verdict: null });
  });

  test('works with instant answers: one step a passage', async () => {
    const { finished, summary } = await rerank([{ text: longText }], { reasons: 'none' });
    expect(finished[0]?.verdict?.label).toBe('true');
    expect(summary.stats.numDecodeSteps).toBe(0);
  });

  test('that is aborted between passages has no verdict, once', async () => {
    const { finished, summary } = await rerank(
      [{ text: longText }],
      { maxSlots: 2, reasons: 'none' },
      { abortAfter: 2 },
    );
    expect(finished.map(({ finishReason, verdict }) => [finishReason, verdict])).toEqual([['aborted', null]]);
    expect(summary).toMatchObject({ aborted: true, numFinished: 0 });
  });
});

describe('a document that fits', () => {
  test('is read as without passages', async () => {
    const texts = [{ text: 'Green tea.' }, { title: 'T', text: 'Milk.' }];
    const inPassages = await rerank(texts);
    expect(await rerank(texts, { longDocuments: 'truncate' })).toMatchObject({
      finished: inPassages.finished,
      prompts: inPassages.prompts,
    });
  });
});
