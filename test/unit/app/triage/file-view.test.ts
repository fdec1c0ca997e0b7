/** Where a passage stands in the file that is looked at. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_QUESTION, type NewFile } from '../../../../src/app/session/session-types.ts';
import { FileViewElement } from '../../../../src/app/triage/file-view.ts';
import { OriginalFiles } from '../../../../src/app/triage/original-files.ts';
import { openScripted } from '../../../fakes/scripted-session.ts';
import { markupOf, pressIn } from '../../../fakes/template-parts.ts';

class ViewInTest extends FileViewElement {
  get markup(): string {
    return markupOf(this.render());
  }

  press(label: string): void {
    pressIn(this.render(), label);
  }
}

function pdf(path: string, ...pages: (readonly [page: number, text: string])[]): NewFile {
  const passages = pages.map(([page, text]) => ({ page, text, hash: `hash of ${text}` }));
  return { path, kind: 'pdf', numBytes: 1, passages, warnings: [], error: null, dropId: path };
}

beforeEach(() => vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: true })));
afterEach(() => vi.unstubAllGlobals());

test('a text of several files is shown on its page in the file that is looked at', async () => {
  const { session } = await openScripted();
  const files = [
    pdf('a.pdf', [40, 'The coldest city.']),
    pdf('b.pdf', [1, 'A city.'], [2, 'The coldest city.']),
  ];
  await session.addFiles(files);
  await session.ask({ ...DEFAULT_QUESTION, query: 'coldest city' });
  const view = new ViewInTest();
  view.session = session;
  view.originals = new OriginalFiles();
  for (const { path } of files) view.originals.keep(path, { path, file: new File(['x'], path) });
  view.showPassage(session.texts.table.get('hash of A city.')!, { quotes: [], words: [] });
  expect(view.markup).toContain('.page=1');
  view.press('Next passage');
  expect(view.markup).toContain('b.pdf');
  expect(view.markup).toContain('.page=2');
  expect(view.markup).toContain('>page 2<');
});
