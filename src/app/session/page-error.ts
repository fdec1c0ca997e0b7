import { Rank1Error } from '../../base/errors.ts';

/** A fault of the world that the page itself found: its message is in the language of the page. */
export class PageError extends Rank1Error {}
