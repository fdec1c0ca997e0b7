/** Names of the query templates, for both sides of the worker boundary; `src/rank1` has their texts. */

/** Placeholder for the query in a template. */
export const QUERY_PLACEHOLDER = 'FILL_QUERY_HERE';

/** Other meanings of "relevant", in display order. */
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
