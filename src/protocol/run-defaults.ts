/** What a run takes where it is not told; the page counts on the same numbers as the worker. */

/** Rows decoded together. */
export const DEFAULT_MAX_SLOTS = 16;
