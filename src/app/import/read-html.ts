/**
 * HTML to text with a parser that knows no browser: there is no document that could run a script or fetch an image.
 * All text is kept, menus too: whoever reviews must be able to rely on nothing having been left out.
 */
import { defaultTreeAdapter, parse, type DefaultTreeAdapterMap, type DefaultTreeAdapterTypes } from 'parse5';
import { UnreadableFile, type TextUnit } from './import-types.ts';

type Node = DefaultTreeAdapterTypes.Node;

/** Elements whose text is not for reading. */
const HIDDEN = new Set(
  'script style template noscript svg math iframe object embed canvas audio video head noframes'.split(' '),
);
/** Elements that stand on lines of their own. */
const BLOCKS = new Set(
  (
    'address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul option'
  ).split(' '),
);
/** Deeper than any page is; the parser's time grows with the square of it. */
const MAX_DEPTH = 2_000;

export function readHtml(html: string): TextUnit[] {
  return [{ text: htmlToText(html), firstLine: 1 }];
}

/** @throws UnreadableFile when elements are nested deeper than any real page's */
export function htmlToText(html: string): string {
  const document = parse<DefaultTreeAdapterMap>(html, { treeAdapter: adapterWithLimit() });
  const parts: string[] = [];
  const title = findTitle(document);
  if (title) parts.push(title, '\n\n');
  collectText(document, parts);
  return parts
    .join('')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ *\n */g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Without recursion: how deep the tree is, is up to the file. */
function collectText(root: Node, parts: string[]): void {
  const stack: (Node | string)[] = [root];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') {
      parts.push(next);
      continue;
    }
    const name = next.nodeName;
    if (HIDDEN.has(name)) continue;
    if (defaultTreeAdapter.isTextNode(next)) {
      parts.push(next.value.replace(/\s+/g, ' '));
      continue;
    }
    const isBlock = BLOCKS.has(name);
    if (isBlock) parts.push('\n');
    if (isBlock) stack.push('\n');
    if (name === 'td' || name === 'th') stack.push(' ');
    if ('childNodes' in next) for (const child of [...next.childNodes].reverse()) stack.push(child);
  }
}

function findTitle(document: DefaultTreeAdapterTypes.Document): string {
  const root = document.childNodes.find((node) => node.nodeName === 'html');
  const head = childrenOf(root).find((node) => node.nodeName === 'head');
  const title = childrenOf(head).find((node) => node.nodeName === 'title');
  const [text] = childrenOf(title);
  return text && defaultTreeAdapter.isTextNode(text) ? text.value.trim() : '';
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
      if (depth > MAX_DEPTH) throw new UnreadableFile('This page is nested too deeply to be read.');
    },
    onItemPop: () => {
      depth -= 1;
    },
  };
}
