/**
 * HTML to text with a parser that has no DOM, so nothing can run a script or fetch an image. Keeps all visible text,
 * menus included, so that reviewers can rely on it.
 */
import { defaultTreeAdapter, parse, type DefaultTreeAdapterMap, type DefaultTreeAdapterTypes } from 'parse5';
import { note, UnreadableFile } from './import-notes.ts';
import { LineWriter } from './line-writer.ts';
import type { TextUnit } from './import-types.ts';

type Node = DefaultTreeAdapterTypes.Node;

/** Elements without readable text. */
const HIDDEN = new Set(
  'script style template noscript svg math iframe object embed canvas audio video head noframes'.split(' '),
);
/** Block elements, each on its own lines. */
const BLOCKS = new Set(
  (
    'address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul option'
  ).split(' '),
);
/** Deeper than any real page; parsing time is quadratic in depth. */
const MAX_DEPTH = 2_000;
/** Elements beyond one a character. */
const MAX_REPEATED = 10_000;

const XHTML = /^\s*<\?xml\s|<html\s[^>]*xmlns/;
const XHTML_SAMPLE = 4_096;
/** Links have content of their own, and HTML ends one with the next. */
const EMPTY_ELEMENT = /<(?!a[\s/])([a-z][\w:.-]*)(?=[\s/])((?:[^"'<>]|"[^"<]*"|'[^'<]*')*\/>)/g;

/** References to content elsewhere. */
const SOURCES = new Set(['src', 'href', 'data', 'poster']);
/** A chapter's headings that are tried for its name; some hold a picture only. */
const MAX_HEADINGS = 10;
const MAX_HEADING_LENGTH = 300;

export interface Chapter {
  readonly text: string;
  /** empty if it has none */
  readonly heading: string;
  /** references to content outside the book; links are not content */
  readonly numOutside: number;
}

export function readHtml(html: string): TextUnit[] {
  const { text, lines } = writePage(parsePage(html)).finish();
  return [{ text, lines: { each: lines } }];
}

/** @throws UnreadableFile if elements are nested too deeply */
export function htmlToText(html: string): string {
  return writePage(parsePage(html)).finish().text;
}

/** A chapter of a book, without the title of its page, which repeats the heading or is a file name. */
export function readChapter(html: string): Chapter {
  const page = parsePage(html);
  const elements = [...elementsOf(page)];
  const heading = elements
    .filter(({ nodeName }) => /^h[1-3]$/.test(nodeName))
    .slice(0, MAX_HEADINGS)
    .map((element) => textOf(element).replace(/\s+/g, ' '))
    .find((text) => text !== '' && text.length <= MAX_HEADING_LENGTH);
  return {
    text: textOf(page),
    heading: heading ?? '',
    numOutside: elements.filter(pointsOutside).length,
  };
}

function pointsOutside({ nodeName, attrs }: DefaultTreeAdapterTypes.Element): boolean {
  return (
    nodeName !== 'a' &&
    attrs.some(({ name, value }) => SOURCES.has(name) && /^\s*(https?:)?\/\//i.test(value))
  );
}

function* elementsOf(page: Node): Generator<DefaultTreeAdapterTypes.Element, void> {
  const stack: Node[] = [page];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (defaultTreeAdapter.isElementNode(node)) yield node;
    for (const child of [...childrenOf(node)].reverse()) stack.push(child);
  }
}

function textOf(node: Node): string {
  const writer = new LineWriter();
  collectText(node, writer);
  return writer.finish().text;
}

function parsePage(html: string): DefaultTreeAdapterTypes.Document {
  const source = XHTML.test(html.slice(0, XHTML_SAMPLE)) ? withoutEmptyElements(html) : html;
  return parse<DefaultTreeAdapterMap>(source, {
    treeAdapter: adapterWithLimits(source.length),
    sourceCodeLocationInfo: true,
  });
}

/**
 * Any element may be empty in XHTML. HTML takes `<script/>` for a start, and what follows for the script. An element that
 * is always empty takes its place: one with a line of its own, or one without effect.
 */
function withoutEmptyElements(xhtml: string): string {
  return xhtml.replace(
    EMPTY_ELEMENT,
    (_, name: string, rest: string) => `<${BLOCKS.has(name) ? 'hr' : 'link'}${rest}`,
  );
}

function writePage(document: DefaultTreeAdapterTypes.Document): LineWriter {
  const writer = new LineWriter();
  const title = findTitle(document);
  if (title) {
    writeText(title, writer);
    writer.endLine();
    writer.endLine();
  }
  collectText(document, writer);
  return writer;
}

function writeText(
  { value, sourceCodeLocation }: DefaultTreeAdapterTypes.TextNode,
  writer: LineWriter,
): void {
  const { startLine = 1, endLine = startLine } = sourceCodeLocation ?? {};
  // Leading white space does not count towards a text's position.
  const numBefore = breaksIn(value.slice(0, value.length - value.trimStart().length));
  const numAfter = breaksIn(value.slice(value.trimEnd().length));
  const first = startLine + numBefore;
  writer.write(value, { first, last: Math.max(first, endLine - numAfter) });
}

function breaksIn(space: string): number {
  return space.split('\n').length - 1;
}

/** Iterative: the file controls the tree's depth. */
function collectText(root: Node, writer: LineWriter): void {
  const stack: (Node | 'line' | 'space')[] = [root];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next === 'line') writer.endLine();
    if (next === 'space') writer.space();
    if (typeof next === 'string') continue;
    const name = next.nodeName;
    if (HIDDEN.has(name)) continue;
    if (defaultTreeAdapter.isTextNode(next)) {
      writeText(next, writer);
      continue;
    }
    const isBlock = BLOCKS.has(name);
    if (isBlock) writer.endLine();
    if (isBlock) stack.push('line');
    if (name === 'td' || name === 'th') stack.push('space');
    for (const child of [...childrenOf(next)].reverse()) stack.push(child);
  }
}

function findTitle(document: DefaultTreeAdapterTypes.Document): DefaultTreeAdapterTypes.TextNode | null {
  const root = document.childNodes.find((node) => node.nodeName === 'html');
  const head = childrenOf(root).find((node) => node.nodeName === 'head');
  const title = childrenOf(head).find((node) => node.nodeName === 'title');
  const [text] = childrenOf(title);
  return text && defaultTreeAdapter.isTextNode(text) && text.value.trim() !== '' ? text : null;
}

function childrenOf(node: Node | undefined): Node[] {
  return node && 'childNodes' in node ? node.childNodes : [];
}

/** Elements that are left open stand again in every block after them: few tags may make millions. */
function adapterWithLimits(numCharacters: number): typeof defaultTreeAdapter {
  let depth = 0;
  let numOpened = 0;
  return {
    ...defaultTreeAdapter,
    onItemPush: () => {
      depth += 1;
      numOpened += 1;
      if (depth > MAX_DEPTH || numOpened > numCharacters + MAX_REPEATED)
        throw new UnreadableFile(note('nested-page'));
    },
    onItemPop: () => {
      depth -= 1;
    },
  };
}
