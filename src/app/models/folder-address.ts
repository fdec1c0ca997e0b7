/** A folder's address from what a person writes or pastes. */
import { msg } from '@lit/localize';

const HUB = 'https://huggingface.co';

/**
 * A URL as it is; a Hugging Face id, or the address of a repository's page, as the address of its files.
 * @param revision of a repository; one in a pasted address counts where this is empty
 * @throws RangeError, in the language of the page, when it is neither
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
