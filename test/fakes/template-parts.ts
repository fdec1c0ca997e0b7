/** What a template would show, without a page: its markup and values in their order. */
import type { TemplateResult } from 'lit';
import { getDirectiveClass, isDirectiveResult, isTemplateResult } from 'lit/directive-helpers.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';

export function partsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  if (isDirectiveResult(value)) return partsOf(shownBy(value));
  if (!isTemplateResult(value)) return [value];
  const { strings, values } = value as TemplateResult;
  return strings.flatMap((text, place) => [text, ...partsOf(values[place])]);
}

export function markupOf(value: unknown): string {
  return partsOf(value)
    .filter((part) => ['string', 'number'].includes(typeof part))
    .join('');
}

function shownBy(directive: unknown): unknown {
  const { values } = directive as { values: [unknown[], ...((...values: unknown[]) => unknown)[]] };
  const [first, ...others] = values;
  switch (getDirectiveClass(directive)) {
    case getDirectiveClass(guard([], () => null)):
      return others[0]?.();
    case getDirectiveClass(repeat([], () => null)):
      return first.map((item, place) => others.at(-1)?.(item, place));
    default:
      return null;
  }
}

/** Calls the handler of the element that holds this text. */
export function pressIn(template: unknown, label: string): void {
  const parts = partsOf(template);
  const handler = parts.slice(0, parts.indexOf(label)).findLast((part) => typeof part === 'function');
  (handler as () => void)();
}
