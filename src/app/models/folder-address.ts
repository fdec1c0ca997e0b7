/** The URL of a model folder from user input. */
import { msg } from '@lit/localize';

const HUB = 'https://huggingface.co';

/**
 * Keeps a URL; turns a Hugging Face id or repository page into the URL of its files.
 * @param revision of a repository; if empty, the one in a pasted URL is used
 * @throws RangeError, localised, when it is neither
 */
export function folderAddress(written: string, revision: string): string {
  const text = written.trim();
  if (/^[\w.-]+\/[\w.-]+$/.test(text)) return repositoryFiles(text, revision.trim());
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new RangeError(
      msg('Write an address that starts with https://, or a Hugging Face id such as name/model.'),
    );
  }
  const { hostname, pathname } = new URL(text);
  if (!/^(www\.)?(huggingface\.co|hf\.co)$/.test(hostname)) return text;
  const page = /^\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|blob)\/([^/]+).*)?\/?$/.exec(pathname);
  if (!page?.[1]) return text;
  return repositoryFiles(page[1], revision.trim() || decodeURIComponent(page[2] ?? ''));
}

function repositoryFiles(id: string, revision: string): string {
  return `${HUB}/${id}/resolve/${encodeURIComponent(revision || 'main')}/`;
}
