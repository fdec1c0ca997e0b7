/** How long things may take before they count as a fault, and how long to wait after one. All in milliseconds. */
export interface FaultTimes {
  /** A worker that loads a model and says nothing for so long has failed. Uploading weights and compiling shaders are silent. */
  readonly silentLoadMs: number;
  /** A worker that runs and says nothing for so long has failed. One prefill of a large model on a CPU takes minutes. */
  readonly silentRunMs: number;
  /** An aborted run ends with its step in flight; a step that takes longer is ended with its worker. */
  readonly abortMs: number;
  /** The wait after the first failure in a row, after the second, and so on; the last holds for those behind it. */
  readonly backOffMs: readonly [number, ...number[]];
}

export const FAULT_TIMES: FaultTimes = {
  silentLoadMs: 5 * 60_000,
  silentRunMs: 10 * 60_000,
  abortMs: 30_000,
  backOffMs: [250, 2000],
};
