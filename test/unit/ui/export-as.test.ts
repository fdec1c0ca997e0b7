/** What an element writes into the file of its ranking. */
import { afterEach, expect, it } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { Rank1RerankElement } from '../../../src/ui/rank1-rerank/rank1-rerank.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const reranker = new Reranker({
  model: 'https://example.test/models/demo/',
  device: 'auto',
  createWorker: () => new FakeWorker(new ScriptedRerankApi(new SteadyPace(0))).asWorker,
});
afterEach(() => reranker.dispose());

it('says what the ranking was asked for, not what the element is set to since', async () => {
  const element = new Rank1RerankElement();
  const exported = (): unknown => JSON.parse(element.exportAs('json').text);
  const asked = { query: 'coldest city', instruction: 'in winter', model: 'models/first/' };
  Object.assign(element, { ...asked, documents: ['Oslo'], reranker });
  expect(exported()).toMatchObject(asked);
  await element.rerank();
  Object.assign(element, { query: 'warmest city', instruction: '', model: 'models/second/' });
  expect(exported()).toMatchObject(asked);
});
