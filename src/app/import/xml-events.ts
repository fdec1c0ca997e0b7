/**
 * Streaming XML parser for untrusted files: does not expand entities declared in the file, fetches nothing,
 * limits depth, and tolerates errors where possible.
 */
import { SaxesParser } from 'saxes';
import { decodeText } from './decode-text.ts';
import { note, UnreadableFile } from './import-notes.ts';

export interface XmlElement {
  /** without prefix: prefixes are the file's choice */
  readonly name: string;
  /** By name without prefix, except relationship ids, which are under `r:id`, `r:embed` and so on. */
  readonly attributes: Readonly<Record<string, string>>;
  /** line of the file, from 1 */
  readonly line: number;
}

export interface XmlListener {
  open?(element: XmlElement): void;
  /** May be called several times per text. */
  text?(text: string, line: number): void;
  close?(name: string): void;
}

export interface XmlResidue {
  /** references to entities declared in the file */
  readonly numEntities: number;
  /** The file is truncated, or not XML from some point on. */
  readonly isBroken: boolean;
}

/** Deeper than any real document. */
const MAX_DEPTH = 1_000;
const RELATIONSHIPS = /\/relationships$/;

/** @throws UnreadableFile if elements are nested too deeply */
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
