/**
 * XML as a stream of events, for formats that are a stranger's: entities that the file declares stay unexpanded, nothing
 * is fetched, depth is limited, and mistakes are passed over as far as can be.
 */
import { SaxesParser } from 'saxes';
import { decodeText } from './decode-text.ts';
import { note, UnreadableFile } from './import-notes.ts';

export interface XmlElement {
  /** without its prefix: the prefix is the file's choice */
  readonly name: string;
  /** By name without prefix, but for the ids of relationships, which are under `r:id`, `r:embed` and so on. */
  readonly attributes: Readonly<Record<string, string>>;
  /** line of the file, from 1 */
  readonly line: number;
}

export interface XmlListener {
  open?(element: XmlElement): void;
  /** May come in several pieces. */
  text?(text: string, line: number): void;
  close?(name: string): void;
}

export interface XmlResidue {
  /** references to entities that the file declares itself */
  readonly numEntities: number;
  /** It ends in the middle, or is no XML from some point on. */
  readonly isBroken: boolean;
}

/** Deeper than any document is. */
const MAX_DEPTH = 1_000;
const RELATIONSHIPS = /\/relationships$/;

/** @throws UnreadableFile when elements are nested deeper than any real document's */
export async function readXml(bytes: Uint8Array, listener: XmlListener): Promise<XmlResidue> {
  const { text } = await decodeText(bytes);
  return readXmlText(text, listener);
}

export function readXmlText(xml: string, listener: XmlListener): XmlResidue {
  const parser = new SaxesParser({ xmlns: true, position: true });
  let depth = 0;
  let numEntities = 0;
  let isBroken = false;
  parser.on('error', ({ message }) => {
    if (/undefined entity/.test(message)) numEntities += 1;
    else if (!/unbound namespace|undefined prefix/i.test(message)) isBroken = true;
  });
  parser.on('opentag', ({ local, name, attributes }) => {
    depth += 1;
    if (depth > MAX_DEPTH) throw new UnreadableFile(note('nested-page'));
    const plain: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const { local: key, uri, value, prefix } of Object.values(attributes)) {
      if (prefix === 'xmlns' || key === 'xmlns') continue;
      plain[RELATIONSHIPS.test(uri) ? `r:${key}` : key] = value;
    }
    listener.open?.({ name: local || name, attributes: plain, line: parser.line });
  });
  parser.on('closetag', ({ local, name }) => {
    depth -= 1;
    listener.close?.(local || name);
  });
  const onText = (text: string): void => listener.text?.(text, parser.line);
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.write(xml.replace(/^\ufeff/, '')).close();
  return { numEntities, isBroken: isBroken || depth !== 0 };
}
