import { expect, test } from 'vitest';
import { renderDemoPage } from '../../../../src/app/demo/demo-page.ts';
import { markupOf } from '../../../fakes/template-parts.ts';

test('what is said of the default model is not said of one that was chosen', () => {
  expect(JSON.stringify(renderDemoPage(false, true))).toContain('small model trained by this project');
  const ofChosen = renderDemoPage(false, false);
  expect(JSON.stringify(ofChosen)).not.toContain('small model trained by this project');
  expect(markupOf(ofChosen)).toContain('the one that you chose on the page Models');
});
