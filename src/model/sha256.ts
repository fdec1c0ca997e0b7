/** SHA-256, streaming where a file is too large to be hashed at once, as `crypto.subtle.digest` does. */
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

/** `crypto.subtle` is native code, but browsers offer it only over HTTPS and on localhost. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (!subtle) {
    const hash = await createSha256();
    hash.update(bytes);
    return hash.digestHex();
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
