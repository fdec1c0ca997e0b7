import { Rank1Error } from '../../base/errors.ts';

/** An external fault detected by the page itself; its message is localised. */
export class PageError extends Rank1Error {}
