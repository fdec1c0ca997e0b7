/** What an answer to a range request says about itself. */

/** Identifies the version of the file: its ETag, else its date; `null` if the server names neither. */
export function validatorOf({ headers }: Response): string | null {
  return headers.get('etag') ?? headers.get('last-modified');
}

/**
 * Whether an answer is of another version than an earlier one with this validator, as far as both name the same thing:
 * servers behind one address may differ in that, and in whether they call a tag weak.
 */
export function isOtherVersion({ headers }: Response, validator: string | null): boolean {
  const own = headers.get(validator?.endsWith(' GMT') ? 'last-modified' : 'etag');
  return own !== null && validator !== null && withoutWeakness(own) !== withoutWeakness(validator);
}

const withoutWeakness = (etag: string): string => etag.replace(/^W\//, '');

export interface ContentRange {
  readonly text: string;
  /** NaN, as `end`, if the text is malformed */
  readonly start: number;
  /** excluded */
  readonly end: number;
  /** size of the whole file; `null` if the server does not say */
  readonly total: number | null;
}

/** `null` if there is none: not every server exposes it to other origins. */
export function contentRangeOf({ headers }: Response): ContentRange | null {
  const text = headers.get('content-range');
  if (text === null) return null;
  const [, start, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text) ?? [];
  return {
    text: text.slice(0, 60),
    start: Number(start),
    end: Number(last) + 1,
    total: total === undefined || total === '*' ? null : Number(total),
  };
}
