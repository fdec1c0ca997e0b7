/** Reads JSON whose numbers must not lose digits. */

/**
 * As `JSON.parse`, but the numbers that are not kept are their digits, as strings.
 * @param isKept told of every number as it is written
 */
export function parseExactly(json: string, isKept: (literal: string) => boolean): unknown {
  const value: unknown = JSON.parse(json);
  let isInString = false;
  const exact = json.replace(/\\.|"|-?\d[\d.eE+-]*/g, (token) => {
    if (token === '"') isInString = !isInString;
    return isInString || token === '"' || isKept(token) ? token : `"${token}"`;
  });
  return exact === json ? value : JSON.parse(exact);
}

/** Whether a number would be written in the same way again: `12.50` would not. */
export const keepsSpelling = (literal: string): boolean => String(Number(literal)) === literal;

/** Whether a number would have the same value again: `12.50` would, an id of 19 digits would not. */
export const keepsValue = (literal: string): boolean =>
  significantDigits(String(Number(literal))) === significantDigits(literal);

const significantDigits = (literal: string): string =>
  literal
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
