/** Firefox's threads do not always start (docs/browsers.md): a load ends all the same. `loads.ts` makes hundreds. */
import { expect, it } from 'vitest';
import { inEachBrowser } from './each-browser.ts';
import { loadModel } from './load-model.ts';

const NUM_LOADS = 10;

inEachBrowser((stage) => {
  it(`loads the model ${NUM_LOADS} times in a row`, async () => {
    for (let n = 0; n < NUM_LOADS; n++)
      expect(await loadModel(stage.page, stage.site.url)).toMatchObject({ type: 'loaded' });
  });
});
