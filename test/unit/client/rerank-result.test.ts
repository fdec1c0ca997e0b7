import { expect, it } from 'vitest';
import { chainMetadata } from '../../../src/adapters/chain-metadata.ts';
import { foldUpdates, startRankedList } from '../../../src/client/ranked-list.ts';
import { selectResults, unjudgedDocuments } from '../../../src/client/rerank-result.ts';
import type { RerankUpdate } from '../../../src/protocol/rerank-api.ts';

const TEXT = 'Kuwait is hot. Yakutsk is the coldest city. Bread is baked.';

function finished(index: number, update: Partial<RerankUpdate>): RerankUpdate {
  const verdict = { label: 'true', score: 0.9, logitDifference: 2, forced: false } as const;
  const figures = { reasoning: 'Because.', numPromptTokens: 9, numNewTokens: 3, truncated: false };
  return { type: 'finished', index, finishReason: 'verdict', verdict, ...figures, ...update } as RerankUpdate;
}

it('a result tells which passage of a split document was judged best, and its text', () => {
  const documents = [{ title: 'Cities', text: TEXT }, TEXT, 'Whole.'];
  const passage = { start: 15, end: 43, numPassages: 3 };
  const updates = [finished(0, { passage }), finished(1, { passage }), finished(2, {})];
  const [titled, plain, whole] = selectResults(foldUpdates(startRankedList(0, 3), 0, updates), documents, {});
  expect(titled?.passage).toEqual({ ...passage, text: 'Yakutsk is the coldest city.' });
  expect(plain?.passage).toEqual(titled?.passage);
  expect(whole?.passage).toBeNull();
  expect(chainMetadata(titled!)).toMatchObject({ passageStart: 15, passageEnd: 43, numPassages: 3 });
  expect(chainMetadata(whole!)).not.toHaveProperty('passageStart');
});

it('a result has the chains that were sampled for it, and the list has them too', () => {
  const { verdict, finishReason, reasoning } = finished(0, {}) as Extract<RerankUpdate, { type: 'finished' }>;
  const one = { verdict: verdict!, finishReason: finishReason as 'verdict', reasoning };
  const samples = [one, { ...one, reasoning: 'Otherwise.' }];
  const list = foldUpdates(startRankedList(0, 2), 0, [finished(0, { samples }), finished(1, {})]);
  expect(list.items.map((item) => item.samples)).toEqual([samples, undefined]);
  const results = selectResults(list, [TEXT, TEXT], {});
  expect(results.map((result) => result.samples)).toEqual([samples, null]);
});

it('a document without a verdict has no passage', () => {
  const list = foldUpdates(startRankedList(0, 1), 0, [
    finished(0, { verdict: null, finishReason: 'aborted' }),
  ]);
  expect(unjudgedDocuments(list, [TEXT])).toMatchObject([{ passage: null }]);
});
