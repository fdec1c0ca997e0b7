/** The first `maxCodePoints` code points of a text: a character outside the BMP counts once, as in Python. */
export function cutCodePoints(text: string, maxCodePoints: number): string {
  if (text.length <= maxCodePoints) return text;
  return [...cutText(text, 2 * maxCodePoints)].slice(0, maxCodePoints).join('');
}

/** The first `maxLength` UTF-16 units of a text, or one less to keep a surrogate pair together. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const partsPair =
    /[\uD800-\uDBFF]/.test(text.charAt(maxLength - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(maxLength));
  return text.slice(0, partsPair ? maxLength - 1 : maxLength);
}
