/** Detects common stand-ins for a checkpoint's files, such as Git LFS pointers and error pages. */
import { Rank1Error } from '../base/errors.ts';

const START_BYTES = 64;

/**
 * @param start the file's first 64 bytes, or all of a shorter file
 * @throws Rank1Error `invalid-file` if it is clearly something else
 */
export function assertNotMistaken(name: string, start: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(start.subarray(0, START_BYTES)).trimStart();
  const problem = MISTAKES.find(([pattern]) => pattern.test(text))?.[1];
  if (problem) throw new Rank1Error('invalid-file', `${name} ${problem}`);
}

const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [
    /^version https:\/\/git-lfs/,
    'is a Git LFS pointer, not the file itself. Run `git lfs pull` in the repository, or download the file.',
  ],
  [
    /^<(?:!doctype html|html|head|\?xml|error)/i,
    'is a web page, not the file itself: the download was answered with an error or a login page. Download it again.',
  ],
  [/^GGUF/, 'is a GGUF file. Give it the ending .gguf and convert it alone.'],
  [
    /^PK/,
    'is a ZIP archive, or a PyTorch file. Unpack it, or choose the checkpoint in the safetensors format.',
  ],
];
