/**
 * Compound files ([MS-CFB]), the legacy Office container: a file system of 512-byte sectors in one file.
 * Sector chains are untrusted: none is followed for more steps than the file has sectors.
 */
import { note, UnreadableFile } from './import-notes.ts';

const SIGNATURE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const LAST = 0xfffffffa;
const MAX_ENTRIES = 100_000;

interface DirectoryEntry {
  readonly name: string;
  readonly isStorage: boolean;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly numBytes: number;
}

export class CompoundFile {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sectorBytes: number;
  readonly #fat: Uint32Array;
  readonly #miniFat: Uint32Array;
  readonly #ministream: Uint8Array;
  readonly #miniCutoff: number;
  /** streams by path, `a/b`; storages end with a slash */
  readonly #entries = new Map<string, DirectoryEntry>();

  /** @throws UnreadableFile */
  constructor(bytes: Uint8Array) {
    if (bytes.length < 512 || SIGNATURE.some((byte, place) => bytes[place] !== byte)) throw damaged();
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#sectorBytes = 1 << this.#view.getUint16(30, true);
    if (this.#sectorBytes !== 512 && this.#sectorBytes !== 4096) throw damaged();
    this.#miniCutoff = this.#view.getUint32(56, true);
    this.#fat = this.#readFat();
    this.#miniFat = toNumbers(this.#chain(this.#view.getUint32(60, true)));
    const directory = this.#readDirectory(this.#chain(this.#view.getUint32(48, true)));
    const [root] = directory;
    if (!root) throw damaged();
    this.#ministream = this.#chain(root.start).subarray(0, root.numBytes);
    this.#walk(directory, root.child, '');
  }

  /** Names within a storage; the empty path is the root. */
  list(path = ''): string[] {
    const start = path === '' ? '' : `${path}/`;
    return [...this.#entries.keys()]
      .filter((name) => name.startsWith(start) && !/.\/./.test(name.slice(start.length)))
      .map((name) => name.slice(start.length).replace(/\/$/, ''))
      .filter(Boolean);
  }

  has(path: string): boolean {
    return this.#entries.has(path) || this.#entries.has(`${path}/`);
  }

  /** Null if there is no such stream. */
  stream(path: string): Uint8Array | null {
    const entry = this.#entries.get(path);
    if (!entry || entry.isStorage) return null;
    const { start, numBytes } = entry;
    if (numBytes >= this.#miniCutoff) return this.#chain(start).subarray(0, numBytes);
    const pieces: Uint8Array[] = [];
    for (let sector = start, n = 0; sector < LAST && n <= this.#miniFat.length; n++) {
      pieces.push(this.#ministream.subarray(sector * 64, sector * 64 + 64));
      sector = this.#miniFat[sector] ?? LAST;
    }
    return joinBytes(pieces).subarray(0, numBytes);
  }

  /** Locations of the FAT's sectors: 109 in the header, the rest in a chain. */
  #readFat(): Uint32Array {
    const numSectors = this.#bytes.length / this.#sectorBytes;
    const places: number[] = [];
    for (let n = 0; n < 109; n++) places.push(this.#view.getUint32(76 + n * 4, true));
    let more = this.#view.getUint32(68, true);
    for (let n = 0; more < LAST && n <= numSectors; n++) {
      const sector = toNumbers(this.#sector(more));
      places.push(...sector.subarray(0, -1));
      more = sector.at(-1) ?? LAST;
    }
    const used = places.filter((place) => place < LAST).slice(0, Math.ceil(numSectors));
    return toNumbers(joinBytes(used.map((place) => this.#sector(place))));
  }

  #sector(index: number): Uint8Array {
    const start = (index + 1) * this.#sectorBytes;
    return this.#bytes.subarray(start, start + this.#sectorBytes);
  }

  #chain(start: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (let sector = start, n = 0; sector < LAST && n <= this.#fat.length; n++) {
      pieces.push(this.#sector(sector));
      sector = this.#fat[sector] ?? LAST;
    }
    // A cyclic chain ends at the file's size.
    return joinBytes(pieces.slice(0, Math.ceil(this.#bytes.length / this.#sectorBytes)));
  }

  #readDirectory(bytes: Uint8Array): DirectoryEntry[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const entries: DirectoryEntry[] = [];
    for (let at = 0; at + 128 <= bytes.length && entries.length < MAX_ENTRIES; at += 128) {
      const nameBytes = Math.max(0, Math.min(64, view.getUint16(at + 64, true)) - 2);
      entries.push({
        name: new TextDecoder('utf-16le').decode(bytes.subarray(at, at + nameBytes)),
        isStorage: bytes[at + 66] === 1,
        left: view.getUint32(at + 68, true),
        right: view.getUint32(at + 72, true),
        child: view.getUint32(at + 76, true),
        start: view.getUint32(at + 116, true),
        numBytes: view.getUint32(at + 120, true),
      });
    }
    return entries;
  }

  /** Iterative, visiting each entry once: the tree may contain cycles. */
  #walk(directory: readonly DirectoryEntry[], first: number, path: string): void {
    const seen = new Set<number>();
    const stack = [{ index: first, path }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const entry = directory[next.index];
      if (!entry || seen.has(next.index)) continue;
      seen.add(next.index);
      const full = next.path + entry.name;
      this.#entries.set(entry.isStorage ? `${full}/` : full, entry);
      stack.push({ index: entry.right, path: next.path }, { index: entry.left, path: next.path });
      if (entry.isStorage) stack.push({ index: entry.child, path: `${full}/` });
    }
  }
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function toNumbers(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: Math.floor(bytes.length / 4) }, (_, n) => view.getUint32(n * 4, true));
}

function damaged(): UnreadableFile {
  return new UnreadableFile(note('damaged'));
}
