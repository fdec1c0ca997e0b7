/**
 * Prefix cache: keys and values of one prompt prefix, kept across runs while the model is loaded, so that a repeated
 * query does not run its tokens again. Holds one prefix; a new one replaces it.
 */
export class PrefixStore<Kv> {
  readonly #release: (kv: Kv) => void;
  #kept: { readonly tokenIds: Int32Array; readonly kv: Kv } | null = null;

  /** @param release frees a stored value; called once for each */
  constructor(release: (kv: Kv) => void) {
    this.#release = release;
  }

  /** The stored value for exactly these tokens. */
  get(tokenIds: Int32Array): Kv | null {
    const kept = this.#kept;
    if (kept?.tokenIds.length !== tokenIds.length) return null;
    return kept.tokenIds.every((id, i) => id === tokenIds[i]) ? kept.kv : null;
  }

  put(tokenIds: Int32Array, kv: Kv): void {
    this.dispose();
    this.#kept = { tokenIds: tokenIds.slice(), kv };
  }

  dispose(): void {
    if (this.#kept) this.#release(this.#kept.kv);
    this.#kept = null;
  }
}
