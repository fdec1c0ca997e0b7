/** Triage from files to exported decisions, and a reload in the middle of a run. */
import { expect, it } from 'vitest';
import { makePdf } from '../browser/triage/make-pdf.ts';
import type { BrowserPage } from './browser-page.ts';
import { inEachBrowser } from './each-browser.ts';
import { click, expectText, fill, giveFiles } from './steps.ts';
import { readWatched, watch } from './watched.ts';
import { openWebKitWithStorage, STORAGE_FEATURES } from './webkit.ts';

const MAIL = `From: Ann <ann@example.org>
To: Bo <bo@example.org>
Subject: Cities
Content-Type: text/plain; charset=utf-8

Cairo is a hot city. Rain is rare there.
`;

async function ask(page: BrowserPage, question: string): Promise<void> {
  await fill(page, '#triage-query', question);
  await click(page, '.question-form button[type=submit]', 'Judge');
}

inEachBrowser(
  (stage) => {
    it('reads text, PDF and mail, judges, keeps decisions over a reload and exports them', async () => {
      const { page, site } = stage;
      await page.goto(`${site.url}triage.html`);
      await watch(page);
      await giveFiles(page, '.drop input[type=file]:not([webkitdirectory])', {
        'yakutsk.txt': 'Yakutsk is the coldest city in the world. Its winters last for seven months.',
        'fruit.pdf': makePdf([{ text: 'Bananas are yellow and sweet. They grow in the tropics.' }]),
        'cairo.eml': MAIL,
      });
      await expectText(page, '.drop-title').toContain('3 files · 3 passages');
      await ask(page, 'Which city is the coldest in the world?');
      await expectText(page, '.review-status').toContain('3 of 3 judged');
      await expectText(page, '.review-row').toContain('yakutsk.txt');
      await click(page, '.review-row button', 'Keep');
      await expectText(page, '.review-row[data-decision=keep]').toContain('yakutsk.txt');

      await fill(page, '.export select', 'json');
      await click(page, '.export button');
      const { saved, errors } = await readWatched(page);
      const { documents } = JSON.parse(saved) as {
        documents: { label: string; text: string; facts: Record<string, unknown> }[];
      };
      expect(documents.map(({ facts }) => facts['file']).sort()).toEqual([
        'cairo.eml',
        'fruit.pdf',
        'yakutsk.txt',
      ]);
      expect(documents[0]).toMatchObject({ label: 'true', facts: { file: 'yakutsk.txt', decision: 'keep' } });
      expect(errors).toEqual([]);

      await page.reload();
      await expectText(page, '.review-status').toContain('3 of 3 judged');
      await expectText(page, '.review-row[data-decision=keep]').toContain('yakutsk.txt');
    });

    it('goes on after a reload in the middle of a run with what it had not decided', async () => {
      const { page, site } = stage;
      await page.goto(`${site.url}triage.html`);
      const files = Array.from({ length: 25 }, (_, n) => [
        `${n}.txt`,
        `City number ${n} is a cold city in the north.`,
      ]);
      await giveFiles(page, '.drop input[type=file]:not([webkitdirectory])', Object.fromEntries(files));
      await expectText(page, '.drop-title').toContain('25 files');
      await ask(page, 'Which city is cold?');
      await expectText(page, '.review-status').toMatch(/^\s*([1-9]|1\d|2[0-4]) of 25 judged/);
      await page.reload();
      await expectText(page, '.review-status').toMatch(/^\s*25 of 25 judged .*known from before/s);
    });
  },
  [['WebKit without sync handles', () => openWebKitWithStorage(STORAGE_FEATURES)]],
);
