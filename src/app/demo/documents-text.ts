/**
 * The editor's plain text and the documents it stands for. Documents are divided by empty lines or, where the text
 * holds a line of three dashes, by such lines only. A first line that starts with `# ` is the title.
 */
import type { RerankDocument } from '../../protocol/rerank-api.ts';

const DASHES = /^---[ \t]*$/m;
const EMPTY_LINE = /\n[ \t]*\n/;
const TITLE = /^#[ \t]+(.*)(?:\n|$)/;

/** Documents that read as one of `known` are that one, so that its id and source survive an edit elsewhere. */
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
