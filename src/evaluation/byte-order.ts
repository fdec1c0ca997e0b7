/**
 * Compares strings by their UTF-8 bytes, as `strcmp` does, which is code point order. JavaScript's `<`
 * compares UTF-16 units and puts U+1F600 (a surrogate pair) before U+FF21; trec_eval puts it after.
 * @returns negative if `a` comes first, positive if `b` does, 0 if equal
 */
export function compareUtf8Bytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return aboveSurrogates(unitA) - aboveSurrogates(unitB);
  }
  return a.length - b.length;
}

/** Moves surrogates (code points from U+10000) above U+E000..U+FFFF, as in code point order. */
function aboveSurrogates(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
