/** UTF-16 offsets in a text; the end is exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}
