/** Passages in their place: the text around them, the page of a PDF file, what is marked in them, and the list under review. */
import { zipSync } from 'fflate';
import type { Page } from '@playwright/test';
import { expect, test } from '../fake-worker.ts';
import { untranslated } from '../untranslated.ts';
import { makePdf } from './make-pdf.ts';
import { addFiles, ask, countStored, file, openTriage, rows, status } from './triage-page.ts';
import { expectAccessible } from '../accessible.ts';
import { FULL } from '../../tier.ts';

test.use({ serviceWorkers: 'block', reducedMotion: 'reduce' });

const QUESTION = 'Who has to indemnify the landlord?';
const ABOUT = [
  'weather',
  'harbour',
  'yard',
  'treasurer',
  'bridge',
  'winter',
  'ferry',
  'crane',
  'warehouse',
  'lighthouse',
];
const filler = (seed: number): string =>
  Array.from(
    { length: 14 },
    (_, n) =>
      `The ${ABOUT[(seed + n * 3) % 10]} of ${1900 + seed + n * 7} was better than the ${ABOUT[(seed * 7 + n) % 10]}. `,
  ).join('');
const LETTER = `${filler(1)}The tenant shall indemnify the landlord against all claims. ${filler(2)}`;
const LEASE = makePdf([
  { text: 'This is the first page of the lease.' },
  { text: 'The tenant shall indemnify the landlord against all claims.' },
]);

const dialog = (page: Page) => page.locator('dialog.file-view');
const row = (page: Page, text: string) => page.locator('.review-row', { hasText: text }).first();

async function judged(page: Page, ...files: ReturnType<typeof file>[]): Promise<void> {
  await addFiles(page, ...files);
  await ask(page, QUESTION);
  await expect(status(page)).toContainText(/(\d+) of \1 judged/);
}

test.beforeEach(async ({ page, fakeWorker }) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
});

test('a page of a PDF file is drawn with the passage marked, and the keyboard gets in and out', async ({
  page,
}) => {
  await judged(page, file('lease.pdf', LEASE), file('other.txt', 'Nothing of note.'));
  await row(page, 'page 2').focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeVisible();
  await expect(dialog(page).locator('canvas')).toHaveAttribute('data-marked', 'true');
  await expect(dialog(page).getByText('Page 2 of 2')).toBeVisible();
  const yellow = await dialog(page)
    .locator('canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at]! > 240 && data[at + 2]! < 200) count++;
      return count;
    });
  expect(yellow).toBeGreaterThan(100);
  await dialog(page).getByRole('button', { name: 'Page before' }).click();
  await expect(dialog(page).getByText('Page 1 of 2')).toBeVisible();
  await expect(dialog(page).locator('canvas')).toHaveAttribute('data-marked', 'false');
  await dialog(page).getByRole('button', { name: 'Text', exact: true }).click();
  await expect(dialog(page).locator('.at')).toHaveText(
    'The tenant shall indemnify the landlord against all claims.',
  );
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await expect(row(page, 'page 2')).toBeFocused();
});

test('after a reload the page is drawn from the file that is chosen again, and from no other', async ({
  page,
}) => {
  await judged(page, file('lease.pdf', LEASE));
  // What is on the screen is in the store a moment later.
  await expect.poll(() => countStored(page, 'judgements')).toBe(2);
  await page.reload();
  await expect(status(page)).toContainText('2 of 2 judged');
  await row(page, 'page 2').getByRole('button', { name: 'In its place' }).click();
  await expect(dialog(page).locator('.at')).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Page', exact: true }).click();
  await dialog(page)
    .getByLabel('Choose the file')
    .setInputFiles(file('lease.pdf', makePdf([{}])));
  await expect(dialog(page).getByText('This is another file')).toBeVisible();
  await dialog(page).getByLabel('Choose the file').setInputFiles(file('lease.pdf', LEASE));
  await expect(dialog(page).locator('canvas')).toHaveAttribute('data-marked', 'true');
});

test('a page of a PDF file is drawn from the archive or the mail that holds it', async ({ page }) => {
  const archive = zipSync({ 'papers/lease.pdf': new Uint8Array(LEASE) });
  await judged(page, file('papers.zip', Buffer.from(archive)));
  await row(page, 'page 2').getByRole('button', { name: 'In its place' }).click();
  await expect(dialog(page).locator('canvas')).toHaveAttribute('data-marked', 'true');
  await expect(dialog(page).getByText('Page 2 of 2')).toBeVisible();
});

test('the text around a passage is shown, and the other judged passages of its file are a step away', async ({
  page,
}) => {
  await judged(page, file('letter.txt', LETTER));
  const numRows = await rows(page).count();
  expect(numRows).toBeGreaterThan(1);
  await row(page, 'indemnify').getByRole('button', { name: 'In its place' }).click();
  const text = dialog(page).locator('.file-text');
  await expect(text.locator('.at')).toContainText('The tenant shall indemnify the landlord');
  await expect(text.locator('.at mark').first()).toBeVisible();
  const whole = (await text.locator('p:not(.file-place)').allTextContents())
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
  expect(whole).toBe(LETTER.trim());
  const at = await text.locator('.at').textContent();
  await dialog(page)
    .getByRole('button', { name: /^(Next passage|Passage before)$/ })
    .and(page.locator(':enabled'))
    .first()
    .click();
  await expect(text.locator('.at')).not.toHaveText(at ?? '');
});

test('a shortened passage is shortened around what matters, and all of it is there for whoever goes to it', async ({
  page,
}) => {
  await judged(page, file('letter.txt', LETTER));
  const passage = row(page, 'indemnify').locator('.review-passage');
  await expect(passage).toHaveText(/^… /);
  await expect(passage.locator('mark').first()).toBeInViewport();
  await row(page, 'indemnify').focus();
  await expect(passage).not.toHaveText(/^… /);
});

test('results are found within, decided all at once, and the decision is undone', async ({ page }) => {
  const texts = Array.from({ length: 12 }, (_, n) =>
    file(`${n}.txt`, `Paper ${n} is of ${n % 2 ? 'Zürich' : 'Oslo'}.`),
  );
  await judged(page, ...texts);
  await page.getByLabel('Find in these passages').fill('zurich');
  await expect(rows(page)).toHaveCount(6);
  await page.getByText('Decide all 6').click();
  await page.locator('.bulk-choices').getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByRole('button', { name: 'Keep 6' })).toBeVisible();
  await page.getByLabel('Find in these passages').fill('');
  await expect(page.getByRole('button', { name: 'To review 6' })).toBeVisible();
  await rows(page).first().focus();
  await page.keyboard.press('d');
  await page.keyboard.press('z');
  await expect(page.getByRole('button', { name: 'Drop 0' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo: 6 decisions' }).click();
  await expect(page.getByRole('button', { name: 'To review 12' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled();
});

test('Escape leaves a note as it was, Enter keeps it', async ({ page }) => {
  await judged(page, file('a.txt', 'The landlord.'));
  await rows(page).first().focus();
  await page.keyboard.press('n');
  await page.keyboard.type('kept');
  await page.keyboard.press('Enter');
  await page.keyboard.press('n');
  await page.keyboard.type(' and not this');
  await page.keyboard.press('Escape');
  await expect(rows(page).first()).toBeFocused();
  await expect(page.getByLabel('Note on this passage')).toHaveValue('kept');
  await page.reload();
  await expect(page.getByLabel('Note on this passage')).toHaveValue('kept');
});

test('passages that say nearly the same are shown as one, and all when they are asked for', async ({
  page,
}) => {
  const letter = (name: string) =>
    `Dear ${name}, we write to tell you that from the first of March the rent of your premises will be raised. The new amount is due on the third working day of each month. Please call us with any question.`;
  await judged(
    page,
    ...['Ann', 'Bob', 'Cem', 'Dee'].map((name) => file(`${name}.txt`, letter(name))),
    file('x.txt', 'A landlord.'),
  );
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: '3 more like this' }).click();
  await expect(rows(page)).toHaveCount(5);
  await page.getByRole('button', { name: 'Show one of them' }).click();
  await expect(rows(page)).toHaveCount(2);
});

test('whoever asks has the results in sight', async ({ page }) => {
  await page.setViewportSize({ width: 768, height: 600 });
  await judged(
    page,
    ...Array.from({ length: 20 }, (_, n) => file(`${n}.txt`, `Paper ${n} of the landlord.`)),
  );
  await expect(rows(page).first()).toBeInViewport();
});

test('a question that was asked before is gone back to, with its results and decisions', async ({ page }) => {
  await judged(page, file('a.txt', 'The landlord.'), file('b.txt', 'A banana.'));
  await rows(page).first().focus();
  await page.keyboard.press('k');
  await expect(page.locator('.asked')).toHaveCount(0);
  await ask(page, 'Which fruit is yellow?');
  await expect(page.locator('.review-question')).toHaveText('Which fruit is yellow?');
  await expect(page.getByRole('button', { name: 'Keep 0' })).toBeVisible();
  await page.getByText('Asked in this session (2)').click();
  await page.locator('.asked').getByRole('button', { name: QUESTION }).click();
  await expect(page.locator('.review-question')).toHaveText(QUESTION);
  await expect(page.getByRole('button', { name: 'Keep 1' })).toBeVisible();
  await expect(page.getByLabel('Question', { exact: true })).toHaveValue(QUESTION);
  await page.reload();
  await expect(page.locator('.review-question')).toHaveText(QUESTION);
});

test('a hint tells of languages that the model was not trained on', async ({ page }) => {
  const hint = page.locator('.language-hint');
  await addFiles(
    page,
    file('a.txt', 'The tenant shall indemnify the landlord against all claims that arise from the lease.'),
  );
  await page
    .getByLabel('Question', { exact: true })
    .fill('Wer muss den Vermieter von allen Ansprüchen freistellen?');
  await expect(hint).toContainText('German');
  await page.getByLabel('Question', { exact: true }).fill(QUESTION);
  await expect(hint).toHaveCount(0);
  await page.getByLabel('Question', { exact: true }).fill('哪個城市最冷');
  await expect(hint).toContainText('Chinese');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test(
      'axe finds nothing in a file, as text and as a page, and all of it is translated',
      FULL,
      async ({ page }) => {
        await judged(page, file('lease.pdf', LEASE), file('letter.txt', LETTER));
        await page.getByText('Decide all').click();
        await expectAccessible(page);
        await row(page, 'page 2').getByRole('button', { name: 'In its place' }).click();
        await expect(dialog(page).locator('canvas')).toHaveAttribute('data-marked', 'true');
        await expectAccessible(page);
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: '繁體中文' }).click();
        await row(page, 'tenant').getByRole('button', { name: '看原處' }).click();
        await dialog(page)
          .getByRole('button', { name: '文字', exact: true })
          .click()
          .catch(() => undefined);
        await expectAccessible(page);
        // What is left are texts of the files and of the model, and what was said aloud before.
        const data =
          /landlord|tenant|lease|letter|weather|claims|Asked|terms|Enter|CSV|HTML|Markdown|JSON|token|judged ·/;
        expect((await untranslated(page)).filter((text) => !data.test(text))).toEqual([]);
      },
    );
  });
}
