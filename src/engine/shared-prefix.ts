/** Longest common prefix, at least one token shorter than the shortest sequence: each needs a token of its own. */
export function sharedPrefix(sequences: readonly Int32Array[]): Int32Array {
  const [first = new Int32Array(0)] = sequences;
  let length = first.length;
  for (const tokenIds of sequences) {
    length = Math.max(0, Math.min(length, tokenIds.length - 1));
    for (let i = 0; i < length; i++) if (tokenIds[i] !== first[i]) length = i;
  }
  return first.slice(0, length);
}
