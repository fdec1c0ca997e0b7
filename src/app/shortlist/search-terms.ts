/** Search terms of a text: words, or character bigrams for Chinese, Japanese and Korean. */
const RUNS = /([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+)|([\p{L}\p{N}]+)/gu;

export function searchTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [, cjk, word] of text.normalize('NFKC').toLowerCase().matchAll(RUNS)) {
    if (word !== undefined) terms.push(...splitMixed(word));
    else if (cjk !== undefined) terms.push(...pairs(cjk));
  }
  return terms;
}

/** A run of letters may contain CJK after its first letter, as in "iPhone手機". */
function splitMixed(word: string): string[] {
  const at = word.search(/[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]/);
  return at === -1 ? [word] : [word.slice(0, at), ...searchTerms(word.slice(at))];
}

function pairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, place) => `${characters[place] ?? ''}${character}`);
}
