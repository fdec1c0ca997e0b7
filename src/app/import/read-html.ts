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

export function readHtml(html: string): TextUnit[] {
  const { text, lines } = writePage(html).finish();
  return [{ text, lines: { each: lines } }];
}

/** @throws UnreadableFile if elements are nested too deeply */
export function htmlToText(html: string): string {
  return writePage(html).finish().text;
}

function writePage(html: string): LineWriter {
  const document = parse<DefaultTreeAdapterMap>(html, {
    treeAdapter: adapterWithLimit(),
    sourceCodeLocationInfo: true,
  });
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
  const numBefore = breaksIn(/^\s*/.exec(value)?.[0] ?? '');
  const numAfter = breaksIn(/\s*$/.exec(value)?.[0] ?? '');
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
    if ('childNodes' in next) for (const child of [...next.childNodes].reverse()) stack.push(child);
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

function adapterWithLimit(): typeof defaultTreeAdapter {
  let depth = 0;
  return {
    ...defaultTreeAdapter,
    onItemPush: () => {
      depth += 1;
      if (depth > MAX_DEPTH) throw new UnreadableFile(note('nested-page'));
    },
    onItemPop: () => {
      depth -= 1;
    },
  };
}
