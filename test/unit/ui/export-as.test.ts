/** What an element writes into the file of its ranking. */
import { afterEach, expect, it } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { ENGLISH_WORDS } from '../../../src/export/index.ts';
import { Rank1RerankElement } from '../../../src/ui/rank1-rerank/rank1-rerank.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const rerankers: Reranker[] = [];
afterEach(() => rerankers.splice(0).forEach((reranker) => reranker.dispose()));

/** @param remoteHost judges in place of a worker */
function rerankerOf(remoteHost?: string): Reranker {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const reranker = new Reranker(
    remoteHost === undefined
      ? { model: 'https://example.test/models/demo/', createWorker: () => new FakeWorker(api).asWorker }
      : { backend: Object.assign(api, { remoteHost }) },
  );
  rerankers.push(reranker);
  return reranker;
}

it('says what the ranking was asked for, not what the element is set to since', async () => {
  const element = new Rank1RerankElement();
  const exported = (): unknown => JSON.parse(element.exportAs('json').text);
  const asked = { query: 'coldest city', instruction: 'in winter', model: 'models/first/' };
  Object.assign(element, { ...asked, documents: ['Oslo'], reranker: rerankerOf() });
  expect(exported()).toMatchObject(asked);
  await element.rerank();
  Object.assign(element, { query: 'warmest city', instruction: '', model: 'models/second/' });
  expect(exported()).toMatchObject(asked);
});

it('names the explainer beside the model, where it gave the reasons', async () => {
  const element = new Rank1RerankElement();
  const model = (): unknown => (JSON.parse(element.exportAs('json').text) as { model: unknown }).model;
  const asked = { query: 'coldest city', documents: ['Oslo'], model: 'scorer/', explainer: 'explainer/' };
  Object.assign(element, { ...asked, reasons: 'none' });
  expect(model()).toBe('scorer/');
  element.reasons = 'top';
  expect(model()).toBe('scorer/+explainer/');
});

it.each(['markdown', 'html'] as const)(
  'says in %s whether anything left the device for it',
  async (format) => {
    const element = new Rank1RerankElement();
    Object.assign(element, { query: 'coldest city', documents: ['Oslo'], reranker: rerankerOf() });
    await element.rerank();
    element.reranker = rerankerOf('judge.example');
    expect(element.exportAs(format).text).toContain('Made with rank1-rerank, on this device.');
    await element.rerank();
    element.reranker = undefined;
    const { text } = element.exportAs(format);
    expect(text).toContain('The question and the documents were sent to judge.example.');
    expect(text).not.toContain('on this device');
  },
);

it('says nothing of where a ranking was made in the words of the library, which cannot know', () => {
  expect(ENGLISH_WORDS.madeBy).toContain('Made with rank1-rerank.');
  expect(ENGLISH_WORDS.madeBy).not.toMatch(/device|sent/);
});
