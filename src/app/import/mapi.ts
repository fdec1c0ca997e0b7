/** Text properties of Outlook messages (MAPI), shared by .msg files and winmail.dat. */
import { differingBodies } from './mail-bodies.ts';
import { decompressRtf } from './decompress-rtf.ts';

/** Property ids, from [MS-OXPROPS]. */
export const MAPI = {
  subject: 0x0037, clientSubmitTime: 0x0039, deliveryTime: 0x0e06, headers: 0x007d, displayBcc: 0x0e02, displayCc: 0x0e03,
  displayTo: 0x0e04, body: 0x1000, rtf: 0x1009, html: 0x1013, messageId: 0x1035, senderName: 0x0c1a, senderEmail: 0x0c1f,
  senderSmtp: 0x5d01, displayName: 0x3001, email: 0x3003, smtp: 0x39fe, recipientType: 0x0c15, attachData: 0x3701,
  attachName: 0x3704, attachLongName: 0x3707, attachMethod: 0x3705, attachContentId: 0x3712, codepage: 0x3ffd,
  internetCodepage: 0x3fde,
} as const; // prettier-ignore

/** Converts 100 ns units since 1601 to ISO 8601 in UTC. */
export function fileTime(low: number, high: number): string {
  const ms = (high * 2 ** 32 + low) / 10_000 - 11_644_473_600_000;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().replace('.000Z', 'Z');
}

/** A message's body, from the forms that are present. */
export async function mapiBody(plain: string, html: string, rtf: Uint8Array | null): Promise<string> {
  const bodies = differingBodies(plain.replace(/\r\n?/g, '\n'), html);
  if (bodies.length > 0) return bodies.join('\n\n');
  const unpacked = rtf && decompressRtf(rtf);
  if (!unpacked) return '';
  const { rtfToText } = await import('./read-rtf.ts');
  return rtfToText(unpacked);
}
