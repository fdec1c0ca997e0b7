/**
 * A ZIP of XML parts (OOXML, OpenDocument, EPUB). Parts are unpacked one by one within the archive limits.
 */
import type { DocumentPicture } from './file-content.ts';
import type { UnpackBudget } from './import-limits.ts';
import { note, UnreadableFile, type ImportNote } from './import-notes.ts';
import { unpackEntries, type ArchiveEntry } from './unpack-zip.ts';
import { readXml, type XmlListener } from './xml-events.ts';

export interface Relationship {
  readonly id: string;
  /** last segment of its type: `footnotes`, `image` */
  readonly type: string;
  /** part name, or an external URL if `isExternal` */
  readonly target: string;
  readonly isExternal: boolean;
}

export class ZipPackage {
  readonly entries: readonly ArchiveEntry[];
  readonly #bytes: Uint8Array;
  readonly #budget: UnpackBudget;
  readonly #byName: ReadonlyMap<string, ArchiveEntry>;
  #numDamaged = 0;
  #numEntities = 0;

  constructor(bytes: Uint8Array, entries: readonly ArchiveEntry[], budget: UnpackBudget) {
    this.entries = entries;
    this.#bytes = bytes;
    this.#budget = budget;
    this.#byName = new Map([...entries].reverse().map((entry) => [entry.name.toLowerCase(), entry]));
  }

  has(name: string): boolean {
    return this.#byName.has(name.toLowerCase());
  }

  /** For parts that hold the document's text: `warnings` counts one that is missing as damaged. */
  countMissing(name = ''): void {
    if (!this.has(name)) this.#numDamaged += 1;
  }

  /** Part names in archive order. */
  names(pattern: RegExp): string[] {
    return this.entries.filter(({ name }) => pattern.test(name)).map(({ name }) => name);
  }

  /** Null if there is no such part, or it cannot be unpacked; `warnings` counts the latter. */
  async bytes(name: string): Promise<Uint8Array | null> {
    const entry = this.#byName.get(name.toLowerCase());
    if (!entry) return null;
    for await (const { content } of unpackEntries(this.#bytes, [entry], this.#budget))
      if (content) return content;
    this.#numDamaged += 1;
    return null;
  }

  /** @throws UnreadableFile if it cannot be unpacked: the document depends on it */
  async requiredBytes(name: string): Promise<Uint8Array> {
    const entry = this.#byName.get(name.toLowerCase());
    if (!entry) throw new UnreadableFile(note('damaged'));
    for await (const unpacked of unpackEntries(this.#bytes, [entry], this.#budget)) {
      if (unpacked.content) return unpacked.content;
      throw new UnreadableFile(unpacked.problem);
    }
    throw new UnreadableFile(note('damaged-entry'));
  }

  pictures(names: Iterable<string>): DocumentPicture[] {
    return [...new Set(names)].map((part) => ({
      name: part.slice(part.lastIndexOf('/') + 1),
      read: () => this.bytes(part),
    }));
  }

  /** Does nothing if there is no such part. */
  async read(name: string, listener: XmlListener): Promise<void> {
    const content = await this.bytes(name);
    if (content) await this.parse(content, listener);
  }

  async parse(content: Uint8Array, listener: XmlListener): Promise<void> {
    const { numEntities, isBroken } = await readXml(content, listener);
    this.#numEntities += numEntities;
    if (isBroken) this.#numDamaged += 1;
  }

  /** Relationships of a part; of the package itself for the empty name. */
  async relationships(name: string): Promise<Relationship[]> {
    const folder = name.slice(0, name.lastIndexOf('/') + 1);
    const found: Relationship[] = [];
    await this.read(`${folder}_rels/${name.slice(folder.length)}.rels`, {
      open: ({ name: element, attributes }) => {
        if (element !== 'Relationship') return;
        const isExternal = attributes.TargetMode === 'External';
        const target = attributes.Target ?? '';
        const type = attributes.Type?.slice(attributes.Type.lastIndexOf('/') + 1) ?? '';
        const resolved = isExternal ? target : resolvePart(folder, target);
        found.push({ id: attributes.Id ?? '', type, target: resolved, isExternal });
      },
    });
    return found;
  }

  /** Problems met while reading. */
  get warnings(): ImportNote[] {
    return [
      ...(this.#numDamaged > 0 ? [note('damaged-parts', this.#numDamaged)] : []),
      ...(this.#numEntities > 0 ? [note('entities', this.#numEntities)] : []),
    ];
  }
}

/** `target` is relative to the folder, or to the package root if it starts with a slash. */
export function resolvePart(folder: string, target: string): string {
  const parts = (target.startsWith('/') ? target : folder + target).split('/');
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return kept.join('/');
}
