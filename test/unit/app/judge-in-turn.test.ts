/** What a comparison compares when the form is edited, or a run ended early. */
import { afterEach, describe, expect, it } from 'vitest';
import { judgeInTurn } from '../../../src/app/compare/judge-in-turn.ts';
import { Reranker } from '../../../src/client/reranker.ts';
import { Rank1RerankElement } from '../../../src/ui/rank1-rerank/rank1-rerank.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const DOCUMENTS = ['Oslo is the coldest city.', 'Cairo is the warmest city.'];

const rerankers: Reranker[] = [];
afterEach(() => rerankers.splice(0).forEach((reranker) => reranker.dispose()));

function judge(label: string) {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const model = `https://example.test/models/${label}/`;
  const reranker = new Reranker({ model, device: 'auto', createWorker: () => new FakeWorker(api).asWorker });
  rerankers.push(reranker);
  const inView: string[] = [];
  const element = Object.assign(new Rank1RerankElement(), {
    reranker,
    scrollIntoView: () => void inView.push(label),
  });
  return { label, element, api, inView };
}

function twoJudges() {
  const [first, other] = [judge('first'), judge('other')];
  Object.assign(first.element, { query: 'coldest city', documents: DOCUMENTS });
  /** @param edit of the form, once it is another judge's turn */
  const compare = (edit?: () => void) =>
    judgeInTurn([first, other], ({ label }) => void (label === 'other' && edit?.()));
  return { first, other, compare };
}

describe('a comparison', () => {
  it('has all judge the question of its start, whatever is typed meanwhile', async () => {
    const { first, other, compare } = twoJudges();
    const rankings = await compare(() =>
      Object.assign(first.element, { query: 'warmest city', instruction: 'in summer' }),
    );
    expect(rankings?.map(({ label }) => label)).toEqual(['first', 'other']);
    const asked = [first, other].flatMap(({ api }) => api.requests);
    expect(asked.map(({ query }) => query)).toEqual(['coldest city', 'coldest city']);
    expect(asked[1]!.options).not.toHaveProperty('instruction');
  });

  it('keeps the first ranking as long as nothing of what it was asked for has changed', async () => {
    const { first, compare } = twoJudges();
    await first.element.rerank();
    await compare();
    expect(first.api.requests).toHaveLength(1);
    for (const [name, value] of [
      ['query', 'warmest city'],
      ['instruction', 'in summer'],
      ['reasons', 'none'],
      ['model', 'models/another/'],
      ['documents', [...DOCUMENTS].reverse()],
    ] as const) {
      const numBefore = first.api.requests.length;
      Object.assign(first.element, { [name]: value });
      expect(await compare(), name).toHaveLength(2);
      expect(first.api.requests, name).toHaveLength(numBefore + 1);
    }
  });

  it('does not keep a first ranking that was stopped, though every document has a place in it', async () => {
    const { first, compare } = twoJudges();
    first.element.addEventListener('rank1-verdict', () => first.element.abort(), { once: true });
    expect(await first.element.rerank()).toMatchObject({ aborted: true });
    expect(await compare()).toHaveLength(2);
    expect(first.api.requests).toHaveLength(2);
  });

  it('ends without a table when a run fails, which is then in view, or is stopped', async () => {
    const { other, compare } = twoJudges();
    other.api.failNextRun = 'model-corrupt';
    expect(await compare()).toBeNull();
    expect(other.inView).toEqual(['other']);
    other.element.addEventListener('rank1-verdict', () => other.element.abort(), { once: true });
    expect(await compare()).toBeNull();
    expect(other.inView).toEqual(['other']);
  });

  it('ends without a table when the list is another one meanwhile', async () => {
    const { first, compare } = twoJudges();
    expect(await compare(() => (first.element.documents = ['another']))).toBeNull();
  });

  it('is of the rankings as they were judged, whatever is ranked again meanwhile', async () => {
    const { first, compare } = twoJudges();
    let before: unknown;
    const rankings = await compare(() => {
      before = first.element.results;
      first.element.query = 'warmest city';
      void first.element.rerank();
    });
    expect(rankings?.[0]?.results).toEqual(before);
    expect(first.element.results).not.toEqual(before);
  });
});
