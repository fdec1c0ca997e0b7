import { detectBinaryKind } from './detect-kind.ts';

/** Logos and signature images are smaller than a photographed or scanned page. */
const MAX_LOGO_BYTES = 20_000;

/** Whether an attachment is a picture of the message itself rather than a file sent with it. */
export function isOwnPicture(content: Uint8Array, isInline: boolean): boolean {
  return detectBinaryKind(content) === 'picture' && (isInline || content.length <= MAX_LOGO_BYTES);
}
