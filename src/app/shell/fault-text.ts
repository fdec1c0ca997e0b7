/**
 * Error text with details such as file and line. The library's messages are English; in other languages a
 * localised sentence precedes them. A `PageError`, or a `RangeError` about user input, is localised already.
 */
import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { errorMessage } from '../../base/errors.ts';
import { interfaceLanguage } from '../../ui/localization/interface-language.ts';
import { faultText } from '../../ui/wording.ts';
import { PageError } from './page-error.ts';

/** @param lead sentence to use if the page knows more than the error's code says */
export function renderFault(error: unknown, lead?: string): TemplateResult | string {
  const message = errorMessage(error);
  const isOurs = error instanceof PageError || (lead === undefined && error instanceof RangeError);
  if (isOurs || interfaceLanguage() === 'en') return message;
  const sentence = lead ?? (error instanceof Error ? faultText(error) : null);
  return html`${sentence} <span lang="en">${message}</span>`;
}

/** @param warning an English sentence of the library */
export function renderWarning(warning: string): TemplateResult | string {
  if (interfaceLanguage() === 'en') return warning;
  return html`${msg('The converter warns:')} <span lang="en">${warning}</span>`;
}
