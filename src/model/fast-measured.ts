/** What a model loses with `fast` arithmetic, as measured and written to the manifest by `rank1-rerank compare --write`. */

export interface FastMeasured {
  readonly sets: readonly MeasuredSet[];
  /** documents judged with both arithmetics, over all sets */
  readonly numDocuments: number;
  /** of these, those whose label differs */
  readonly numVerdictsDiffer: number;
  /** documents for which exact arithmetic decoded a chain: none if they were only scored */
  readonly numChains: number;
  /** of these, those whose chain differs */
  readonly numChainsDiffer: number;
}

export interface MeasuredSet {
  readonly name: string;
  readonly numQueries: number;
  /** mean nDCG@10 over the queries */
  readonly exact: number;
  readonly fast: number;
}

/** Largest acceptable loss of nDCG@10, on every set. */
const MAX_LOSS = 0.005;

/** Whether `auto` may choose `fast`. */
export function isLossSmall({ sets }: Pick<FastMeasured, 'sets'>): boolean {
  return sets.length > 0 && sets.every(({ exact, fast }) => exact - fast <= MAX_LOSS);
}

/** @returns null if it is malformed */
export function parseFastMeasured(value: unknown): FastMeasured | null {
  const { sets, numDocuments, numVerdictsDiffer, numChains, numChainsDiffer } = fields(value);
  if (!isCount(numDocuments) || !isCount(numVerdictsDiffer)) return null;
  if (!isCount(numChains) || !isCount(numChainsDiffer)) return null;
  if (!Array.isArray(sets)) return null;
  const parsed = sets.map(parseSet).filter((set) => set !== null);
  if (parsed.length < sets.length) return null;
  return { sets: parsed, numDocuments, numVerdictsDiffer, numChains, numChainsDiffer };
}

function parseSet(value: unknown): MeasuredSet | null {
  const { name, numQueries, exact, fast } = fields(value);
  if (typeof name !== 'string' || !isCount(numQueries) || !isShare(exact) || !isShare(fast)) return null;
  return { name, numQueries, exact, fast };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
