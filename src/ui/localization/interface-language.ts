/**
 * The language of the interface. @lit/localize keeps one a page, so the elements of a page share it: that of the nearest
 * `lang` of the element that was connected, or whose `lang` changed, last. What is not translated is shown in English.
 */
import { msg } from '@lit/localize';

export type InterfaceLanguage = 'en' | 'zh-Hant';

/** The language in force; in templates that are guarded, a reason to render again. */
export function interfaceLanguage(): string {
  return msg('en', { id: 'language', desc: 'BCP 47 tag of the language of this file; not shown' });
}

/** The language of ours that suits a reader of `tag` (BCP 47): Traditional Chinese for zh-TW, zh-HK, zh-Hant; else English. */
export function chooseLanguage(tag: string): InterfaceLanguage {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return language === 'zh' && script === 'Hant' ? 'zh-Hant' : 'en';
  } catch {
    return 'en'; // a page may say anything in `lang`
  }
}

/** The nearest `lang`, also outside the shadow roots that `element` is in; empty when there is none. */
export function nearestLang(element: Element): string {
  for (let at: Element | null = element; at;) {
    const holder: Element | null = at.closest('[lang]');
    if (holder) return holder.getAttribute('lang') ?? '';
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return '';
}
