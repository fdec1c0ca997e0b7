/** Control characters, including bidirectional overrides, which can make `gpj.exe` display as `exe.jpg`. */
// eslint-disable-next-line no-control-regex -- they are what is removed
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const MAX_LENGTH = 400;

/** Sanitises a path from an untrusted archive for display: no root, no `..`, no invisible characters. */
export function cleanPath(path: string): string {
  const parts = path
    .replace(/\\/g, '/')
    .split('/')
    .map((part) => part.replace(INVISIBLE, '').trim())
    .filter((part) => part !== '' && part !== '.' && part !== '..' && !/^[a-z]:$/i.test(part));
  const cleaned = parts.join('/') || 'unnamed';
  return cleaned.length > MAX_LENGTH ? `…${cleaned.slice(-MAX_LENGTH)}` : cleaned;
}

/** Files that macOS and Windows add beside the user's own. */
export function isSystemFile(name: string): boolean {
  return /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/.test(cleanPath(name));
}
