/** What the page says of who judges. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_QUESTION } from '../../../../src/app/session/session-types.ts';
import { DocumentsPanelElement } from '../../../../src/app/triage/documents-panel.ts';
import { QuestionPanelElement } from '../../../../src/app/triage/question-panel.ts';
import { TriageAppElement } from '../../../../src/app/triage/triage-app.ts';
import { RemoteBackend } from '../../../../src/remote/remote-backend.ts';
import { eventually } from '../../../fakes/eventually.ts';
import { openScripted } from '../../../fakes/scripted-session.ts';
import { markupOf, partsOf } from '../../../fakes/template-parts.ts';

class AppInTest extends TriageAppElement {
  /** What it hands to the part of that name. */
  handed(part: string, property: string): unknown {
    const parts = partsOf(this.render());
    const from = parts.findIndex((text) => String(text).includes(`<${part}`));
    return parts[parts.findIndex((text, at) => at >= from && String(text).endsWith(`.${property}=`)) + 1];
  }
}
class DocumentsInTest extends DocumentsPanelElement {
  get markup(): string {
    return markupOf(this.render());
  }
}
class QuestionInTest extends QuestionPanelElement {
  get markup(): string {
    this.willUpdate(new Map([['session', null]]));
    return markupOf(this.render());
  }
}

beforeEach(() => vi.stubGlobal('window', {}));
afterEach(() => vi.unstubAllGlobals());

test('files are said never to be uploaded only while no server judges their passages', async () => {
  const { session } = await openScripted();
  const panel = new DocumentsInTest();
  panel.session = session;
  expect(panel.markup).toContain('never uploaded');
  panel.remote = true;
  expect(panel.markup).not.toContain('never uploaded');
  expect(panel.markup).toContain('the passages that are judged are sent to the server');
  const app = new AppInTest();
  expect(app.handed('rank1-documents-panel', 'remote')).toBe(false);
  app.engine = new RemoteBackend({ endpoint: 'https://gpu.example/v1' });
  expect(app.handed('rank1-documents-panel', 'remote')).toBe(true);
});

test('the languages that the default model was trained on are said of no other model', async () => {
  const { session } = await openScripted();
  // Languages are told once there are texts.
  const passages = [{ text: 'Oymyakon is the coldest city of the world.', hash: 'h' }];
  const read = { kind: 'text', numBytes: 1, passages, warnings: [], error: null } as const;
  await session.addFiles([{ ...read, path: 'a.txt', dropId: 'a.txt' }]);
  await session.setQuestion({
    ...DEFAULT_QUESTION,
    query: 'Wer muss den Vermieter von allen Ansprüchen freistellen?',
  });
  const panel = new QuestionInTest();
  panel.session = session;
  await eventually(() => expect(panel.markup).toContain('trained on English'));
  panel.otherModel = true;
  expect(panel.markup).not.toContain('trained on English');
  const app = new AppInTest();
  expect(app.handed('rank1-question-panel', 'otherModel')).toBe(false);
  app.modelUrl = 'opfs:qwen3-reranker';
  expect(app.handed('rank1-question-panel', 'otherModel')).toBe(true);
});
