/** What a person does on a page, as events in it; parts in shadow trees are found too. Each waits for its target. */
import { expect } from 'vitest';
import type { BrowserPage } from './browser-page.ts';

interface Target {
  readonly selector: string;
  /** part of its text or accessible name */
  readonly named?: string;
}

type Step =
  | { readonly type: 'click' | 'read' }
  | { readonly type: 'fill'; readonly value: string }
  /** contents in base64 by name */
  | { readonly type: 'give'; readonly files: Readonly<Record<string, string>> };

/** @returns text of the first target, null if there is none yet */
function take(page: BrowserPage, target: Target, step: Step): Promise<string | null> {
  return page.evaluate(
    ({ target: { selector, named = '' }, step }) => {
      const elementsOf = (root: ParentNode): Element[] =>
        [...root.querySelectorAll('*')].flatMap((element) => [
          element,
          ...(element.shadowRoot ? elementsOf(element.shadowRoot) : []),
        ]);
      const names = (element: Element): string =>
        `${element.textContent} ${element.ariaLabel} ${element.closest('label')?.textContent}`;
      const element = elementsOf(document).find(
        (candidate) => candidate.matches(selector) && names(candidate).includes(named),
      );
      if (!(element instanceof HTMLElement)) return null;
      const field = element as HTMLInputElement;
      if (step.type === 'click') {
        if (field.disabled) return null;
        element.click();
      } else if (step.type === 'fill') {
        field.value = step.value;
        for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
      } else if (step.type === 'give') {
        const transfer = new DataTransfer();
        for (const [name, content] of Object.entries(step.files)) {
          const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
          transfer.items.add(new File([bytes], name));
        }
        field.files = transfer.files;
        field.dispatchEvent(new Event('change', { bubbles: true }));
      }
      return element.textContent;
    },
    { target, step },
  );
}

async function untilTaken(page: BrowserPage, target: Target, step: Step): Promise<void> {
  await expect.poll(() => take(page, target, step), { message: JSON.stringify(target) }).not.toBeNull();
}

export const click = (page: BrowserPage, selector: string, named?: string): Promise<void> =>
  untilTaken(page, { selector, ...(named !== undefined && { named }) }, { type: 'click' });

export const fill = (page: BrowserPage, selector: string, value: string): Promise<void> =>
  untilTaken(page, { selector }, { type: 'fill', value });

export function giveFiles(
  page: BrowserPage,
  selector: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  const entries = Object.entries(files).map(([name, content]) => [
    name,
    Buffer.from(content).toString('base64'),
  ]);
  return untilTaken(page, { selector }, { type: 'give', files: Object.fromEntries(entries) });
}

export const expectText = (page: BrowserPage, selector: string) =>
  expect.poll(() => take(page, { selector }, { type: 'read' }), { message: selector });
