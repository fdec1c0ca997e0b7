/** Older encodings: what a page declares is believed, and what nothing declares is told from its bytes. */
import { expect, test } from 'vitest';
import { decodeText } from '../../../../src/app/import/decode-text.ts';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Bytes as Python's codecs write them. */
const TEXTS: readonly (readonly [string, string, string, string])[] = [
  [
    'Big5',
    'big5',
    'ace3a873a448adfba662a473b0cfb56fb27ba446b773aabab4d3aaaba143b36fbad8b4d3aaaba575a662ae4ca4d1b67daae1a141a556a4d1ab68a7b9a5feac5cb5e4a143',
    '研究人員在山區發現了新的植物。這種植物只在夏天開花，冬天則完全枯萎。',
  ],
  [
    'GB18030',
    'gb18030',
    'd1d0bebfc8cbd4b1d4dac9bdc7f8b7a2cfd6c1cbd0c2b5c4d6b2ceefa1a3d5e2d6d6d6b2ceefd6bbd4dacfc4ccecbfaabba8a3acb6acccecd4f2cdeac8abbfddceaea1a3',
    '研究人员在山区发现了新的植物。这种植物只在夏天开花，冬天则完全枯萎。',
  ],
  [
    'Shift_JIS',
    'shift_jis',
    '8ca48b868ed282cd8e5282c5905682b582a2904195a882f094ad8ca982b582dc82b582bd814282b182cc89d482cd89c482be82af82c98de782ab82dc82b78142',
    '研究者は山で新しい植物を発見しました。この花は夏だけに咲きます。',
  ],
  [
    'EUC-JP',
    'euc-jp',
    'b8a6b5e6bcd4a4cfbbb3a4c7bfb7a4b7a4a4bfa2caaaa4f2c8afb8aba4b7a4dea4b7a4bfa1a3a4b3a4ceb2d6a4cfb2c6a4c0a4b1a4cbbae9a4ada4dea4b9a1a3',
    '研究者は山で新しい植物を発見しました。この花は夏だけに咲きます。',
  ],
  [
    'EUC-KR',
    'euc-kr',
    'bfacb1b8c0dab5e9c0ba20bbeabfa1bcad20bbf5b7cebfee20bdc4b9b0c0bb20b9dfb0dfc7dfb4d92e20c0cc20bdc4b9b0c0ba20bfa9b8a7bfa1b8b820b2c9c0cc20c7c9b4d92e',
    '연구자들은 산에서 새로운 식물을 발견했다. 이 식물은 여름에만 꽃이 핀다.',
  ],
  [
    'Windows-1251',
    'windows-1251',
    'c8f1f1ebe5e4eee2e0f2e5ebe820ede0f8ebe820e220e3eef0e0f520edeee2eee520f0e0f1f2e5ede8e52e20ceedee20f6e2e5f2b8f220f2eeebfceaee20ebe5f2eeec2e',
    'Исследователи нашли в горах новое растение. Оно цветёт только летом.',
  ],
  [
    'French',
    'windows-1252',
    '4c6520636166e920657374206665726de9203b206c27e974e92070726f636861696e2c206c6120666f72ea74207365726120706575742dea747265206f7576657274652e204ff920ea7465732d766f7573206ee9203f',
    "Le café est fermé ; l'été prochain, la forêt sera peut-être ouverte. Où êtes-vous né ?",
  ],
  [
    'German',
    'windows-1252',
    '446965204772f6df65206465722042e4756d6520fc626572726173636874652064696520466f7273636865723a20ab5769722068e47474656e20646173206e69652066fc72206df6676c69636820676568616c74656ebb2e',
    'Die Größe der Bäume überraschte die Forscher: «Wir hätten das nie für möglich gehalten».',
  ],
  [
    'Spanish',
    'windows-1252',
    '456c206e69f16f207065717565f16f20636f6d69f3207069f16120656e206c61206d6f6e7461f161206d61f1616e612079206465737075e9732063616e74f320756e612063616e6369f36e2e',
    'El niño pequeño comió piña en la montaña mañana y después cantó una canción.',
  ],
  [
    'Swedish',
    'windows-1252',
    '50e520f66e2076e478657220736de5207472e464206f6368206de56e676120626ce562e4723b20e561726e6120e4722068f667612070e52076e572656e2e',
    'På ön växer små träd och många blåbär; åarna är höga på våren.',
  ],
];

test.each(TEXTS)('%s is told from its bytes, and that it was is said', async (_, encoding, hex, text) => {
  expect(await decodeText(bytesOf(hex))).toEqual({ text, encoding, guessed: true });
});

test.each(TEXTS)('%s of one short phrase is not taken for another script', async (_, encoding, hex, text) => {
  const start = text.slice(0, 12);
  const decoded = await decodeText(bytesOf(hex).subarray(0, encoding.startsWith('windows') ? 12 : 24));
  expect(decoded.text.slice(0, 10)).toBe(start.slice(0, 10));
});

test('a page is read as it declares, where its bytes could be something else', async () => {
  // "Größe" in Latin-2 and "ő", which Windows-1252 reads as "õ"
  const head = Buffer.from(
    '<!doctype html><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">',
  );
  const decoded = await decodeText(Uint8Array.from([...head, 0x65, 0x72, 0xf5, 0x73]));
  expect(decoded.text.endsWith('erős')).toBe(true);
  expect(decoded).toMatchObject({ encoding: 'iso-8859-2', guessed: false });
});

test.each([
  ['of which there is none', 'x-unknown'],
  ['that its bytes contradict', 'shift_jis'],
])('a declared encoding %s is not believed', async (_, charset) => {
  const bytes = Uint8Array.from([
    ...Buffer.from(`<html><meta charset="${charset}"><p>`),
    ...Buffer.from('Le café à Genève est fermé. ', 'latin1'),
  ]);
  expect(await decodeText(bytes)).toMatchObject({ encoding: 'windows-1252', guessed: true });
});

test('what is UTF-8 is UTF-8, whatever a page declares', async () => {
  const bytes = new TextEncoder().encode('<html><meta charset="big5"><p>café');
  expect(await decodeText(bytes)).toMatchObject({ encoding: 'utf-8', guessed: false });
});

test('UTF-8 that holds the replacement character is UTF-8', async () => {
  const text = 'Café \ufffd Größe';
  const decoded = await decodeText(new TextEncoder().encode(text));
  expect(decoded).toEqual({ text, encoding: 'utf-8', guessed: false });
});

test('an encoding that switches by escapes is read where it is declared', async () => {
  const head = Buffer.from('<html><meta charset=iso-2022-jp><p>');
  const bytes = Uint8Array.from([...head, ...bytesOf('1b24423246244e32561b2842')]);
  expect((await decodeText(bytes)).text.endsWith('夏の花')).toBe(true);
});

test.each([
  ['windows-1256', 'دفعت الشركة المبلغ في أكتوبر. وقع نائب الرئيس على العقد.'],
  ['windows-1255', 'החברה שילמה את הסכום באוקטובר. החוזה נחתם על ידי סגן הנשיא.'],
  ['windows-1250', 'Spółka zapłaciła całą kwotę w październiku. Umowę podpisał wiceprezes Łukasz Świątek.'],
  [
    'windows-1252',
    'A comissão aprovou a transação e a restituição dos cartões. As decisões não são públicas.',
  ],
  ['windows-1252', 'Elämäni tärkein päätös tehtiin täällä. Hän ei nähnyt, että pöytäkirja jäi pöydälle.'],
  ['windows-1253', 'Η εταιρεία κατέβαλε το ποσό τον Οκτώβριο. Η σύμβαση υπογράφηκε από τον αντιπρόεδρο.'],
  ['windows-1254', 'Şirket tutarı ekim ayında ödedi. Sözleşmeyi başkan yardımcısı imzaladı.'],
  ['windows-1257', 'Bendrovė sumokėjo visą sumą spalio mėnesį. Sutartį pasirašė viceprezidentas.'],
  ['windows-874', 'บริษัทชำระเงินในเดือนตุลาคม สัญญาลงนามโดยรองประธาน'],
  ['koi8-r', 'Компания выплатила сумму в октябре. Договор подписал вице-президент.'],
  ['ibm866', 'Компания выплатила сумму в октябре. Договор подписал вице-президент.'],
] as const)('%s of two sentences is told from its bytes', async (encoding, text) => {
  const { encoding: guessed, text: decoded } = await decodeText(encodeAs(encoding, text));
  expect([decoded, guessed === encoding || decoded === text]).toEqual([text, true]);
});

/** The reverse of `TextDecoder`, for encodings of one byte a character. */
function encodeAs(encoding: string, text: string): Uint8Array {
  const decoder = new TextDecoder(encoding);
  const bytes = new Map(
    Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]),
  );
  return Uint8Array.from(text, (character) => bytes.get(character) ?? 0x3f);
}

test('UTF-32 is read with a mark and without, and what is no character in it is told', async () => {
  const wide = new Uint8Array(new Uint32Array([...'Größe 冷'].map((c) => c.codePointAt(0) ?? 0)).buffer);
  expect(await decodeText(wide)).toMatchObject({ text: 'Größe 冷', encoding: 'utf-32le' });
  const marked = Uint8Array.from([0xff, 0xfe, 0, 0, ...wide, 0, 0, 0, 0xff]);
  expect((await decodeText(marked)).text).toBe('Größe 冷\ufffd');
});

test('an encoding chosen by hand is the one that is used', async () => {
  const bytes = Buffer.from('Größe', 'latin1');
  expect(await decodeText(bytes, 'windows-1251')).toEqual({
    text: 'GrцЯe',
    encoding: 'windows-1251',
    guessed: false,
  });
});

test('two broken bytes in a long text do not make it another encoding', async () => {
  const bytes = new TextEncoder().encode('Die Größe der Bäume überraschte. '.repeat(200));
  bytes[10] = 0xff;
  expect(await decodeText(bytes)).toMatchObject({ encoding: 'utf-8', guessed: false });
});
