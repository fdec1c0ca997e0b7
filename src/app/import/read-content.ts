/** Selects the reader for each kind of file. Readers with their own parser are loaded on first use. */
import { decodeText } from './decode-text.ts';
import { readPictures } from './document-pictures.ts';
import { detectBinaryKind, detectTextKind, looksBinary, whyUnsupported } from './detect-kind.ts';
import type { FileContent, ReadContext } from './file-content.ts';
import { isEncoding } from './guess-encoding.ts';
import { namedNote, note, UnreadableFile } from './import-notes.ts';
import type { FileKind } from './import-types.ts';
import { readHtml } from './read-html.ts';
import { readJson, readJsonLines } from './read-json.ts';
import { readNotebook } from './read-notebook.ts';
import { readCalendar, readPlain, readSubtitles } from './read-plain.ts';
import { sizeProblem } from './size-problem.ts';

/** @throws UnreadableFile with the reason */
export async function readContent(bytes: Uint8Array, context: ReadContext): Promise<FileContent> {
  const content = await readByKind(bytes, context);
  const { pictures = [], warnings = [] } = content;
  if (pictures.length === 0) return content;
  const pictured = await readPictures(pictures, context);
  return {
    ...content,
    units: [...content.units, ...pictured.units],
    warnings: [...warnings, ...pictured.warnings],
  };
}

async function readByKind(bytes: Uint8Array, context: ReadContext): Promise<FileContent> {
  const problem = sizeProblem(bytes, bytes.length, context.path);
  if (problem) throw new UnreadableFile(problem);
  const kind = detectBinaryKind(bytes);
  switch (kind) {
    case 'pdf':
      return (await import('./read-pdf.ts')).readPdf(bytes, context);
    case 'zip':
      return (await import('./read-package.ts')).readPackage(bytes, context);
    case 'compound':
      return (await import('./read-compound.ts')).readCompound(bytes);
    case 'rtf':
      return (await import('./read-rtf.ts')).readRtf(bytes);
    case 'gzip':
      return (await import('./read-gzip.ts')).readGzip(bytes, context);
    case 'tar':
      return (await import('./read-tar.ts')).readTar(bytes);
    case 'winmail': {
      const { text, files, numUnread } = await (await import('./read-winmail.ts')).readWinmail(bytes);
      const warnings = numUnread > 0 ? [note('unread-attachments', numUnread)] : [];
      return { kind, units: [{ text }], warnings, parts: files };
    }
    case 'signed':
      return (await import('./read-cms.ts')).readCms(bytes, context.path);
    case 'picture':
      return readPicture(bytes, context);
    case 'unsupported':
      throw new UnreadableFile(whyUnsupported(bytes));
    case null:
      return readText(bytes, context);
  }
}

/** Recognises text only if the user asked for it. */
async function readPicture(
  bytes: Uint8Array,
  { choices, recognition, onPage }: ReadContext,
): Promise<FileContent> {
  const { recognise = [] } = choices;
  if (recognise.length === 0) throw new UnreadableFile(note('picture'));
  onPage(1);
  const text = await recognition.recognise(bytes, recognise);
  if (text === null) throw new UnreadableFile(note('unsupported'));
  const warnings = text === '' ? [] : [note('recognised-pages', 1)];
  return { kind: 'picture', units: [{ text, part: 'recognised' }], warnings };
}

async function readText(bytes: Uint8Array, context: ReadContext): Promise<FileContent> {
  const { encoding: chosen = '' } = context.choices;
  const { text, encoding, guessed } = await decodeText(bytes, isEncoding(chosen) ? chosen : undefined);
  if (looksBinary(text)) throw new UnreadableFile(note('unsupported'));
  if (/^\s*-----BEGIN PGP MESSAGE-----/.test(text)) throw new UnreadableFile(note('locked-certificate'));
  const kind = detectTextKind(text, context.path);
  const mail = namesEncodings(kind, text, encoding) ? withoutMark(bytes) : null;
  const content = { kind, ...(await readKind(kind, text, mail, context)) };
  if (mail) return content;
  const numBroken = text.split('\ufffd').length - 1;
  const warnings = [
    ...(content.warnings ?? []),
    ...(numBroken > 0 ? [note('broken-characters', numBroken)] : []),
    ...(guessed ? [namedNote('guessed-encoding', encoding)] : []),
  ];
  return { ...content, encoding, warnings };
}

/** Whether it is mail whose parts name their encodings. UTF-16 and UTF-32 are those of a copy: no mail is sent in them. */
function namesEncodings(kind: FileKind, text: string, encoding: string): boolean {
  if (/^utf-(16|32)/.test(encoding)) return false;
  return kind === 'mbox' || (kind === 'email' && /^content-type:/im.test(text));
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  return [0xef, 0xbb, 0xbf].every((byte, place) => bytes[place] === byte) ? bytes.subarray(3) : bytes;
}

/** @param mail bytes of mail whose parts name their encodings */
async function readKind(
  kind: FileKind,
  text: string,
  mail: Uint8Array | null,
  { path }: ReadContext,
): Promise<Omit<FileContent, 'kind'>> {
  switch (kind) {
    case 'email':
      return (await import('./read-email.ts')).readEmail(mail ?? new TextEncoder().encode(text));
    case 'mbox':
      return (await import('./read-mailbox.ts')).readMailbox(mail ?? new TextEncoder().encode(text));
    case 'html':
      return { units: readHtml(text) };
    case 'xml':
      return (await import('./read-xml.ts')).readXmlFile(text);
    case 'csv':
      return { units: (await import('./read-table.ts')).readTable(text, path) };
    case 'json':
      return readJson(text);
    case 'jsonl':
      return readJsonLines(text);
    case 'notebook':
      return { units: readNotebook(text) };
    case 'subtitles':
      return { units: readSubtitles(text) };
    case 'calendar':
      return { units: readCalendar(text) };
    default:
      return { units: readPlain(text) };
  }
}
