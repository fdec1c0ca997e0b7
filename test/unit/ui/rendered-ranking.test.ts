/** What the element says of a ranking. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { RankedResultsElement } from '../../../src/ui/ranked-results/ranked-results.ts';
import { Rank1RerankElement } from '../../../src/ui/rank1-rerank/rank1-rerank.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';
import { markupOf } from '../../fakes/template-parts.ts';

class DrawnElement extends Rank1RerankElement {
  get markup(): string {
    return markupOf(this.render()).replace(/\s+/g, ' ');
  }

  /** The documents with a divider above them, and what it says. */
  get dividers(): string[][] {
    const { selection: selected, passing } = this;
    const { list, documents } = this.controller;
    const { markup } = Object.assign(new DrawnList(), { list, documents, selected, passing });
    const matches = markup.matchAll(/data-index=(\d+) [^>]*data-divider=([A-Z][\w ]*) aria/g);
    return [...matches].map((match) => match.slice(1));
  }
}

class DrawnList extends RankedResultsElement {
  get markup(): string {
    return markupOf(this.render()).replace(/\s+/g, ' ');
  }
}

let reranker: Reranker;
beforeEach(() => vi.stubGlobal('crossOriginIsolated', true));
afterEach(() => {
  vi.unstubAllGlobals();
  reranker.dispose();
});

async function rank(documents: string[], properties: Partial<Rank1RerankElement>): Promise<DrawnElement> {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const createWorker = () => new FakeWorker(api).asWorker;
  reranker = new Reranker({ model: 'https://example.test/models/demo/', createWorker });
  const set = { reranker, documents, query: 'coldest city', ...properties };
  const element = Object.assign(new DrawnElement(), set);
  await element.rerank();
  return element;
}

describe('a ranking of which only the first documents are wanted', () => {
  const scored = [5, 4, 3, -3].map((score) => `[[score ${score}]]`);

  it('says how many are relevant, how many pass, and how many of these count', async () => {
    const element = await rank(scored, { reasons: 'none', topN: 1 });
    expect(element.markup).toContain('3 of 4 relevant');
    expect(element.markup).toContain('3 of 4 pass; only the first counts');
    element.topN = 2;
    expect(element.markup).toContain('3 of 4 pass; only the first 2 count');
    element.topN = 3;
    expect(element.markup).toContain('3 of 4 pass<');
  });

  it('separates from them what is beyond their number, or else what is below the threshold', async () => {
    const element = await rank(scored, { reasons: 'none', topN: 1 });
    expect(element.dividers).toEqual([['1', 'Beyond the number wanted']]);
    element.topN = 3;
    expect(element.dividers).toEqual([['3', 'Below the threshold']]);
  });
});

describe('a ranking in which nothing is relevant', () => {
  it('names the highest score, which need not be that of the first document', async () => {
    const documents = ['[[score -0.2]]', '[[score -0.3]]', '[[score -3]]'];
    const { markup } = await rank(documents, { reasons: 'top', top: 1 });
    expect(markup).toContain('Nothing is relevant ·');
    expect(markup).toContain('the best has 0.426.');
  });

  it('is none if no document could be judged', async () => {
    const { markup, phase } = await rank(['[[too-long]]', '[[failed]]'], {});
    expect(phase).toBe('complete');
    expect(markup).toContain('No document could be judged ·');
    expect(markup).not.toContain('Nothing is relevant');
  });
});
