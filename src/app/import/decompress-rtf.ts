/** Compressed RTF in Outlook messages ([MS-OXRTFCP]): a 4096-byte dictionary prefilled with common RTF. */

const PREFILLED =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';
const DICTIONARY_BYTES = 4096;
const MAX_BYTES = 64 * 2 ** 20;

/** Null if it is not compressed RTF. */
export function decompressRtf(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length < 16) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rawBytes = view.getUint32(4, true);
  const kind = view.getUint32(8, true);
  if (kind === 0x414c454d) return bytes.subarray(16, 16 + rawBytes); // "MELA": uncompressed
  if (kind !== 0x75465a4c || rawBytes > MAX_BYTES) return null; // "LZFu"
  const dictionary = new Uint8Array(DICTIONARY_BYTES);
  dictionary.set(new TextEncoder().encode(PREFILLED));
  const output = new Uint8Array(rawBytes);
  let end = PREFILLED.length;
  let length = 0;
  const write = (byte: number): void => {
    if (length < rawBytes) output[length++] = byte;
    dictionary[end] = byte;
    end = (end + 1) % DICTIONARY_BYTES;
  };
  for (let at = 16; at < bytes.length && length < rawBytes;) {
    const flags = bytes[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < bytes.length; bit++) {
      if ((flags & (1 << bit)) === 0) {
        write(bytes[at++] ?? 0);
        continue;
      }
      const reference = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      at += 2;
      const offset = reference >> 4;
      if (offset === end) return output.subarray(0, length);
      for (let n = 0; n < (reference & 15) + 2; n++) write(dictionary[(offset + n) % DICTIONARY_BYTES] ?? 0);
    }
  }
  return output.subarray(0, length);
}
