/** Which page is shown, and what is said of one that cannot be drawn. Nothing can be drawn here: there are no workers. */
import { expect, test } from 'vitest';
import { PdfPageElement } from '../../../../src/app/triage/pdf-page.ts';
import { eventually } from '../../../fakes/eventually.ts';
import { markupOf, partsOf } from '../../../fakes/template-parts.ts';

type Changes = Partial<Pick<PdfPageElement, 'file' | 'page' | 'passage'>>;

class PageInTest extends PdfPageElement {
  /** set while the class above is constructed */
  declare changed?: Map<PropertyKey, unknown>;

  override requestUpdate(name?: PropertyKey, oldValue?: unknown): void {
    if (name !== undefined) (this.changed ??= new Map()).set(name, oldValue);
  }

  get markup(): string {
    return markupOf(this.render());
  }

  /** As an update does. */
  change(changes: Changes): void {
    Object.assign(this, changes);
    const changed = (this.changed ??= new Map());
    this.willUpdate(changed);
    delete this.changed;
    this.updated(changed);
  }

  press(label: string): void {
    const parts = partsOf(this.render());
    const handler = parts.slice(0, parts.indexOf(label)).findLast((part) => typeof part === 'function');
    (handler as () => void)();
    this.change({});
  }
}

const FAILED = 'could not be drawn';

test('the page of a passage is shown again after the person has turned to another', () => {
  const page = new PageInTest();
  page.change({ page: 3, passage: 'A' });
  page.press('Next page');
  expect(page.markup).toContain('Page 4 of');
  page.change({ passage: 'B' });
  expect(page.markup).toContain('Page 3 of');
  page.press('Page before');
  expect(page.markup).toContain('Page 2 of');
});

test('that a page could not be drawn is said of no other', async () => {
  const page = new PageInTest();
  page.change({ file: new Blob(['no PDF']), passage: 'A' });
  await eventually(() => expect(page.markup).toContain(FAILED));
  page.press('Next page');
  expect(page.markup).not.toContain(FAILED);
  await eventually(() => expect(page.markup).toContain(FAILED));
  page.change({ passage: 'B' });
  expect(page.markup).not.toContain(FAILED);
});

test('a drawing that fails after the page was closed or turned says nothing of the next', async () => {
  const page = new PageInTest();
  const failing = new Blob(['no PDF']);
  let fail = (): void => undefined;
  failing.arrayBuffer = () => new Promise((_, reject) => (fail = () => reject(new Error('gone'))));
  page.change({ file: failing });
  page.change({ file: null });
  fail();
  await new Promise((resolve) => setTimeout(resolve));
  expect(page.markup).not.toContain(FAILED);
});
