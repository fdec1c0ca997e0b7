/**
 * The language of the interface. @lit/localize has one locale per page, so all elements share that of the element that
 * was connected, or whose `lang` changed, last. Untranslated text is shown in English.
 */
import { msg } from '@lit/localize';

export type InterfaceLanguage = 'en' | 'zh-Hant';

/** The current locale; reading it in a guarded template makes that render again on a change. */
export function interfaceLanguage(): string {
  return msg('en', { id: 'language', desc: 'BCP 47 tag of the language of this file; not shown' });
}

/** Our best locale for `tag` (BCP 47): Traditional Chinese for zh-TW, zh-HK, zh-Hant; else English. */
export function chooseLanguage(tag: string): InterfaceLanguage {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return language === 'zh' && script === 'Hant' ? 'zh-Hant' : 'en';
  } catch {
    return 'en'; // `lang` may hold anything
  }
}

/** The nearest `lang`, searching through enclosing shadow roots; empty if there is none. */
export function nearestLang(element: Element): string {
  for (let at: Element | null = element; at;) {
    const holder: Element | null = at.closest('[lang]');
    if (holder) return holder.getAttribute('lang') ?? '';
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return '';
}
