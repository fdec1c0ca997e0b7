/**
 * Converts between the editor's plain text and documents. Documents are separated by empty lines or, if the
 * text contains a line of three dashes, only by such lines. A first line starting with `# ` is the title.
 */
import type { RerankDocument } from '../../protocol/rerank-api.ts';

const DASHES = /^---[ \t]*$/m;
const EMPTY_LINE = /\n[ \t]*\n/;
const TITLE = /^#[ \t]+(.*)(?:\n|$)/;

/**
 * A document with the text of one in `known` keeps that one's id and source, so that they survive edits elsewhere.
 */
export function parseDocuments(text: string, known: readonly RerankDocument[] = []): RerankDocument[] {
  const normalised = text.replace(/\r\n?/g, '\n');
  const blocks = normalised.split(DASHES.test(normalised) ? new RegExp(DASHES, 'gm') : EMPTY_LINE);
  return blocks
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map((block) => {
      const document = parseBlock(block);
      return (
        known.find((other) => other.text === document.text && other.title === document.title) ?? document
      );
    });
}

/** The inverse of `parseDocuments`, for texts without surrounding space. */
export function formatDocuments(documents: readonly RerankDocument[]): string {
  const needsDashes = documents.some(({ text }) => EMPTY_LINE.test(text));
  const blocks = documents.map(({ title, text }) => (title ? `# ${title}\n${text}` : text));
  return blocks.join(needsDashes ? '\n---\n' : '\n\n');
}

function parseBlock(block: string): RerankDocument {
  const title = TITLE.exec(block);
  return title
    ? { title: (title[1] ?? '').trim(), text: block.slice(title[0].length).trim() }
    : { text: block };
}
