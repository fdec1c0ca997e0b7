/** Metrics of a run so far; times in milliseconds. */
export interface RunStats {
  /** token limit of a chain: as requested or by default, within what the context allows; 0 before it is known */
  readonly maxNewTokens: number;
  /** prompt tokens that had to be run */
  readonly numPrefillTokens: number;
  /** prefill tokens including padding */
  readonly numPaddedPrefillTokens: number;
  /** prompt tokens skipped because the shared prefix was run once */
  readonly numPrefixTokensSaved: number;
  /** tokens generated */
  readonly numDecodeTokens: number;
  /** steps that read prompts */
  readonly numPrefillSteps: number;
  /** steps that generate tokens */
  readonly numDecodeSteps: number;
  /** time of the steps that read prompts */
  readonly prefillMs: number;
  /** time of the steps that generate tokens */
  readonly decodeMs: number;
  /** time outside the runtime's own call */
  readonly overheadMs: number;
  /** bytes read back from the device: token ids and the answers' logits */
  readonly readBackBytes: number;
  /** KV cache held now, on the GPU if there is one */
  readonly cacheBytes: number;
  /** most KV cache held so far */
  readonly peakCacheBytes: number;
  /** chains in progress */
  readonly rowsActive: number;
  /** since the run began, excluding pauses */
  readonly elapsedMs: number;
}
