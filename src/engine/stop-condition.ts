/** Decides after each token whether a sequence goes on. Implemented above the engine, where text is known. */
export interface StopCondition {
  /** @param tokenId the token just produced; @param watchedLogits [W] raw logits of the step that produced it */
  next(tokenId: number, watchedLogits: Float32Array): 'continue' | 'finish';
}
