/** What templates of a query are called on both sides of the worker boundary; `src/rank1` has their texts. */

/** Where a template takes the query. */
export const QUERY_PLACEHOLDER = 'FILL_QUERY_HERE';

/** Other meanings of "relevant", in the order in which people are offered them. */
export const QUERY_PRESET_NAMES = [
  'answer',
  'evidence',
  'argument',
  'counterargument',
  'citation',
  'same-technique',
  'any-connection',
] as const;

export type QueryPreset = (typeof QUERY_PRESET_NAMES)[number];
