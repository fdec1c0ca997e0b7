/** What an answer to a range request says about itself. */

/** Identifies the version of the file; `null` if the server names none. */
export function validatorOf({ headers }: Response): string | null {
  return headers.get('etag') ?? headers.get('last-modified');
}

/** Whether an answer is of another version than an earlier one with this validator, as far as both name theirs. */
export function isOtherVersion(response: Response, validator: string | null): boolean {
  const own = validatorOf(response);
  return own !== null && validator !== null && own !== validator;
}

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
