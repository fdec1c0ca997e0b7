/** Every option of a run, set on `<rank1-rerank>` as a property and as an attribute, reaches the engine as it is. */
import { EVERY_OPTION } from '../harness/every-option.ts';
import { expect, test } from './fake-worker.ts';

/** What the element asks a reranker of the page's own for. */
const DEFAULTS = { reasons: 'all', longDocuments: 'truncate' };

test('hands on every option as it is, from properties and from attributes', async ({ page }) => {
  await page.goto('./');
  const asked = await page.evaluate(
    async (wishes) => {
      const seen: unknown[] = [];
      const reranker = {
        remoteHost: null,
        busy: false,
        load: () =>
          Promise.resolve({
            device: 'wasm',
            deviceReason: '',
            deviceCause: { code: 'asked' },
            dtype: 'q4',
            maxPositions: 512,
            canReason: true,
          }),
        rerank: (parameters: Record<string, unknown>) => {
          const { query: _query, documents: _documents, signal: _signal, ...rest } = parameters;
          const isOption = ([name]: [string, unknown]) => !/^on[A-Z]/.test(name);
          seen.push(Object.fromEntries(Object.entries(rest).filter(isOption)));
          return Promise.reject(new Error('enough was seen'));
        },
      };
      const attributeOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      for (const wish of wishes) {
        for (const way of ['property', 'attribute']) {
          const element = document.createElement('rank1-rerank');
          Object.assign(element, { query: 'q', documents: ['x'], reranker });
          for (const [name, value] of Object.entries(wish)) {
            if (way === 'property') Object.assign(element, { [name]: value });
            else element.setAttribute(attributeOf(name), value === true ? '' : String(value));
          }
          document.body.append(element);
          await element.rerank().catch(() => undefined);
          element.remove();
        }
      }
      return seen;
    },
    EVERY_OPTION.map(([options]) => options),
  );
  const expected = EVERY_OPTION.map(([options]) =>
    Object.fromEntries(
      Object.entries(options).filter(([name, value]) => DEFAULTS[name as keyof typeof DEFAULTS] !== value),
    ),
  );
  expect(asked).toEqual(expected.flatMap((options) => [options, options]));
});
