/** Streaming SHA-256: `crypto.subtle.digest` needs the whole input at once, and model files are too large. */
import { createSHA256 } from 'hash-wasm';

export interface StreamingHash {
  update(bytes: Uint8Array): void;
  /** The digest as 64 hexadecimal digits; ends the stream. */
  digestHex(): string;
}

/** In WebAssembly, for browsers. In Node, `node:crypto` is faster. */
export async function createSha256(): Promise<StreamingHash> {
  const hash = await createSHA256();
  return { update: (bytes) => void hash.update(bytes), digestHex: () => hash.digest('hex') };
}
