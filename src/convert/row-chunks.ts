/** 1 Mi values: 2 MB of bf16 input, 4 MB of fp32, which fits in a CPU cache. */
const CHUNK_VALUES = 2 ** 20;

/** Row ranges of about `CHUNK_VALUES` values, in order. */
export function* rowChunks({
  rows,
  cols,
}: {
  readonly rows: number;
  readonly cols: number;
}): Generator<[start: number, end: number]> {
  const step = Math.max(1, Math.floor(CHUNK_VALUES / cols));
  for (let start = 0; start < rows; start += step) yield [start, Math.min(rows, start + step)];
}
