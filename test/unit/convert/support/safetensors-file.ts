/** Builds safetensors files, well-formed or not. */

/** A file with this header text and this many bytes of data; `headerLength` can lie. */
export function rawFile(header: string, dataBytes: number, headerLength?: bigint): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly unknown[];
  readonly data_offsets: readonly unknown[];
}

export function fileOf(entries: Record<string, unknown>, dataBytes: number): Uint8Array<ArrayBuffer> {
  return rawFile(JSON.stringify(entries), dataBytes);
}
