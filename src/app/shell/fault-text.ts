/**
 * What went wrong, where the particulars matter: which file, which line. The library tells them in English; other
 * languages have a sentence of the page's first. What the page itself found is in the language of the page already: a
 * `PageError`, or the `RangeError` of something that was picked or written.
 */
import { html, type TemplateResult } from 'lit';
import { errorMessage } from '../../base/errors.ts';
import { interfaceLanguage } from '../../ui/localization/interface-language.ts';
import { faultText } from '../../ui/wording.ts';
import { PageError } from '../session/page-error.ts';

/** @param lead the page's sentence, where it knows more than the error's code tells */
export function renderFault(error: unknown, lead?: string): TemplateResult | string {
  const message = errorMessage(error);
  const isOurs = error instanceof PageError || (lead === undefined && error instanceof RangeError);
  if (isOurs || interfaceLanguage() === 'en') return message;
  const sentence = lead ?? (error instanceof Error ? faultText(error) : null);
  return html`${sentence} <span lang="en">${message}</span>`;
}
