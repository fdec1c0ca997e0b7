import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { templates } from '../../../src/ui/localization/generated/zh-Hant.ts';
import { chooseLanguage } from '../../../src/ui/localization/interface-language.ts';

const ROOT = new URL('../../../', import.meta.url);
const XLIFF = readFileSync(new URL('src/ui/localization/xliff/zh-Hant.xlf', ROOT), 'utf8');

interface Unit {
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

const units = [...XLIFF.matchAll(/<trans-unit id="([^"]+)">([\s\S]*?)<\/trans-unit>/g)].map(
  ([, id = '', body = '']): Unit => ({
    id,
    source: /<source>([\s\S]*?)<\/source>/.exec(body)?.[1] ?? '',
    target: /<target>([\s\S]*?)<\/target>/.exec(body)?.[1] ?? '',
  }),
);
const placeholders = (text: string): string[] =>
  [...text.matchAll(/<x id="(\d+)"/g)].map(([, id = '']) => id).sort();

describe('the Traditional Chinese translation', () => {
  it('has every sentence, with all that is filled in', () => {
    expect(units.length).toBeGreaterThan(80);
    expect(units.filter(({ target }) => target.trim() === '').map(({ source }) => source)).toEqual([]);
    for (const { source, target } of units)
      expect(placeholders(target), source).toEqual(placeholders(source));
  });

  it('is built from the file that translators edit (npm run localize)', () => {
    expect(Object.keys(templates).sort()).toEqual(units.map(({ id }) => id).sort());
  });

  it('covers what the elements and pages say (npm run localize)', () => {
    const known = new Set(units.map(({ source }) => decode(source.replace(/<x [^>]*\/>/g, '${}'))));
    const said = [...messagesIn('src/ui'), ...messagesIn('src/app')];
    expect(said.length).toBeGreaterThan(160);
    expect(said.filter((message) => !known.has(message))).toEqual([]);
  });

  it('uses full-width marks and the words of Taiwan', () => {
    const texts = units.map(({ target }) => target.replace(/<x [^>]*\/>/g, ''));
    expect(
      texts.filter((text) => /[\u4e00-\u9fff][,;:?!]|文檔|文件夾|默認|加載|導出|保存|閾值/.test(text)),
    ).toEqual([]);
  });
});

describe('the language of the interface', () => {
  it.each([
    ['zh-TW', 'zh-Hant'],
    ['zh-Hant', 'zh-Hant'],
    ['zh-HK', 'zh-Hant'],
    ['ZH-hant-tw', 'zh-Hant'],
    ['zh', 'en'],
    ['zh-CN', 'en'],
    ['ja', 'en'],
    ['', 'en'],
    ['not a tag', 'en'],
  ])('for %j is %s', (tag, language) => {
    expect(chooseLanguage(tag)).toBe(language);
  });
});

/** What stands in `msg('…')` and `msg(str`…`)`, with `${}` for what is filled in. */
function messagesIn(folder: string): string[] {
  const files = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .flatMap((file) => {
      const text = readFileSync(new URL(`${folder}/${file.replaceAll('\\', '/')}`, ROOT), 'utf8');
      const plain = [...text.matchAll(/\bmsg\(\s*'((?:[^'\\]|\\.)*)'/g)].map(([, message = '']) => message);
      const filled = [...text.matchAll(/\bmsg\(\s*str`((?:[^`\\]|\\.)*)`/g)].map(([, message = '']) =>
        unfilled(message),
      );
      return [...plain, ...filled];
    });
}

/** Expressions may hold braces of their own. */
function unfilled(template: string): string {
  let text = '';
  let depth = 0;
  for (let place = 0; place < template.length; place += 1) {
    if (depth === 0 && template.startsWith('${', place)) {
      text += '${}';
      depth = 1;
      place += 1;
    } else if (depth > 0) depth += template[place] === '{' ? 1 : template[place] === '}' ? -1 : 0;
    else text += template[place];
  }
  return text;
}

function decode(xml: string): string {
  return xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
