/**
 * Strings of legacy Excel files: one or two bytes per character, with formatting runs; the string table may
 * span several records.
 */

const MAX_STRINGS = 10_000_000;

/** `flags` is the offset of the byte that gives the character width; the text follows it. */
export function readXlsText(data: Uint8Array, length: number, flags: number): string {
  const isWide = ((data[flags] ?? 0) & 1) !== 0;
  const text = data.subarray(flags + 1, flags + 1 + length * (isWide ? 2 : 1));
  return decode(text, isWide);
}

/** @param pieces the string table's record and its continuations */
export function readXlsStrings(pieces: readonly Uint8Array[]): string[] {
  const reader = new PieceReader(pieces);
  reader.skip(4);
  const numStrings = Math.min(reader.number(4), MAX_STRINGS);
  const strings: string[] = [];
  for (let n = 0; n < numStrings && !reader.isAtEnd; n++) {
    const length = reader.number(2);
    const flags = reader.number(1);
    const numRuns = (flags & 8) !== 0 ? reader.number(2) : 0;
    const numExtraBytes = (flags & 4) !== 0 ? reader.number(4) : 0;
    strings.push(reader.text(length, (flags & 1) !== 0));
    reader.skip(numRuns * 4 + numExtraBytes);
  }
  return strings;
}

class PieceReader {
  readonly #pieces: readonly Uint8Array[];
  #piece = 0;
  #at = 0;

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
  }

  get isAtEnd(): boolean {
    return this.#piece >= this.#pieces.length;
  }

  number(numBytes: number): number {
    let value = 0;
    for (let n = 0; n < numBytes; n++) value += this.#byte() * 2 ** (8 * n);
    return value;
  }

  skip(numBytes: number): void {
    for (let left = numBytes; left > 0 && !this.isAtEnd;) {
      const step = Math.min(left, this.#left);
      this.#at += step;
      left -= step;
      this.#advance();
    }
  }

  /** If a string continues in the next piece, that piece starts with its own character width. */
  text(length: number, isWide: boolean): string {
    let wide = isWide;
    let text = '';
    for (let left = length; left > 0 && !this.isAtEnd;) {
      const width = wide ? 2 : 1;
      const count = Math.min(left, Math.floor(this.#left / width));
      text += decode(this.#current.subarray(this.#at, this.#at + count * width), wide);
      this.#at += count * width;
      left -= count;
      const piece = this.#piece;
      if (left > 0) this.#at = this.#current.length;
      this.#advance();
      if (left > 0 && this.#piece !== piece && !this.isAtEnd) wide = (this.#byte() & 1) !== 0;
    }
    return text;
  }

  get #current(): Uint8Array {
    return this.#pieces[this.#piece] ?? new Uint8Array();
  }

  get #left(): number {
    return this.#current.length - this.#at;
  }

  #byte(): number {
    const byte = this.#current[this.#at] ?? 0;
    this.#at += 1;
    this.#advance();
    return byte;
  }

  #advance(): void {
    while (!this.isAtEnd && this.#left <= 0) {
      this.#piece += 1;
      this.#at = 0;
    }
  }
}

function decode(bytes: Uint8Array, isWide: boolean): string {
  if (isWide) return new TextDecoder('utf-16le').decode(bytes);
  // Low bytes of Unicode: true Latin-1, not the windows-1252 that browsers substitute.
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
