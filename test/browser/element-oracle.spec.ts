/**
 * `<rank1-rerank>` with the real worker on WASM gives what transformers gives on the same weights, in every mode and for
 * every option that bears on a verdict: a few of the oracle's cases of each; WASM in Node judges all of them.
 */
import { expect, test, type Page } from '@playwright/test';
import type { RerankDocument, RerankOptions } from '../../src/protocol/rerank-api.ts';
import type { RankedResult } from '../../src/ui/index.ts';
import { cutChains } from '../harness/demo-chains.ts';
import { modesOracle } from '../harness/demo-modes.ts';
import { documentOf, optionsOracle, type OptionChain } from '../harness/demo-options.ts';
import { FULL, IS_FULL } from '../tier.ts';

interface Run {
  readonly query: string;
  readonly documents: readonly RerankDocument[];
  readonly options: RerankOptions;
}
type Expected = Pick<OptionChain, 'label' | 'forced' | 'score' | 'logitDifference'> & {
  readonly finishReason?: string;
  readonly reasoning?: string;
};

// One page for all, so that the model is loaded once.
let page: Page;
test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  await page.goto('./');
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
});
test.afterAll(() => page.close());

/** Sets the element's properties as a page would, and all others back; results come in the order of the documents. */
function rerank(run: Run): Promise<RankedResult[]> {
  return page.evaluate(async ({ query, documents, options }) => {
    const element = document.querySelector('rank1-rerank')!;
    const { mode, rethink, samples, temperature, seed, loopGuard, queryTemplate, preset, instruction } =
      document.createElement('rank1-rerank');
    const unset = {
      mode,
      rethink,
      samples,
      temperature,
      seed,
      loopGuard,
      queryTemplate,
      preset,
      instruction,
    };
    Object.assign(element, unset, { maxNewTokens: undefined }, options, { device: 'wasm', query, documents });
    const summary = await element.rerank();
    if (summary?.numFinished !== documents.length) throw new Error('a document was not judged');
    return [...element.results].sort((a, b) => a.index - b.index);
  }, run);
}

function expectVerdict(verdict: RankedResult['verdict'], expected: Expected): void {
  const { label, forced } = expected;
  expect(verdict).toMatchObject({ label, forced });
  expect(Math.abs(verdict!.score - expected.score)).toBeLessThan(1e-4);
  expect(Math.abs(verdict!.logitDifference - expected.logitDifference)).toBeLessThan(1e-3);
}

async function expectResults(run: Run, expected: readonly Expected[]): Promise<void> {
  const results = await rerank(run);
  expected.forEach((one, index) => {
    const { verdict, finishReason, reasoning } = results[index]!;
    expectVerdict(verdict, one);
    if (one.finishReason !== undefined) expect(finishReason).toBe(one.finishReason);
    if (one.reasoning !== undefined) expect(reasoning).toBe(one.reasoning);
  });
}

const textsOf = (cases: readonly { readonly document: string }[]) =>
  cases.map(({ document }) => ({ text: document }));

test('instant', async () => {
  const [{ query } = { query: '' }] = modesOracle.instant;
  const cases = modesOracle.instant.filter((one) => one.query === query).slice(0, 12);
  expect(new Set(cases.map(({ label }) => label)).size).toBe(2);
  await expectResults(
    { query, documents: textsOf(cases), options: { mode: 'instant' } },
    cases.map((one) => ({ ...one, forced: false, finishReason: 'verdict', reasoning: '' })),
  );
});

test('rethink, whole and cut', FULL, async () => {
  const kinds = [
    [2, 60],
    [1, 30],
    [1, 200],
  ] as const;
  for (const [rethink, maxNewTokens] of kinds.slice(0, IS_FULL ? 3 : 2)) {
    const [first, ...others] = modesOracle.rethink.filter(
      (one) => one.rethink === rethink && one.maxNewTokens === maxNewTokens,
    );
    const cases = [first!, ...others.filter(({ query }) => query === first!.query)];
    const run = { query: first!.query, documents: textsOf(cases), options: { rethink, maxNewTokens } };
    await expectResults(run, cases);
  }
});

test('chains that are cut, and forced', async () => {
  for (const maxNewTokens of new Set(cutChains.map((chain) => chain.maxNewTokens))) {
    const [first, ...others] = cutChains.filter((chain) => chain.maxNewTokens === maxNewTokens);
    const cases = [first!, ...others.filter(({ query }) => query === first!.query)].slice(0, IS_FULL ? 4 : 2);
    await expectResults(
      { query: first!.query, documents: textsOf(cases), options: { maxNewTokens } },
      cases.map((one) => ({ ...one, finishReason: one.forced ? 'length' : 'verdict' })),
    );
  }
});

test('instruction, title, template and every preset', async () => {
  // Of the first ten each has another wish, and every other document a title; Node judges all of them.
  for (const one of optionsOracle.prompts.slice(0, IS_FULL ? 10 : 4)) {
    await expectResults({ ...one, documents: [documentOf(one)] }, [one]);
  }
});

test('the loop guard ends a chain that loops, and no other', async () => {
  const cases = optionsOracle.guard.slice(0, 2);
  expect(cases.map(({ finishReason }) => finishReason)).toEqual(['loop', 'verdict']);
  for (const one of cases) await expectResults({ ...one, documents: [documentOf(one)] }, [one]);
});

test('sampled chains of a seed, and their mean', async () => {
  for (const one of optionsOracle.samples.slice(0, IS_FULL ? 3 : 1)) {
    const [result] = await rerank({ ...one, documents: [documentOf(one)] });
    expect(result!.samples!.map(({ reasoning }) => reasoning)).toEqual(
      one.chains.map(({ reasoning }) => reasoning),
    );
    one.chains.forEach((chain, sample) => expectVerdict(result!.samples![sample]!.verdict, chain));
    expect(Math.abs(result!.verdict!.score - one.score)).toBeLessThan(1e-4);
  }
});
