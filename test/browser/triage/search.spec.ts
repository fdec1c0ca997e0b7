/** The search that chooses what is judged: what it finds, what it says of it, and the questions of a session. */
import { expect, test } from '../fake-worker.ts';
import { addFiles, ask, countStored, file, openTriage, rows, status } from './triage-page.ts';

test.use({ serviceWorkers: 'block' });

const question = (page: Parameters<typeof ask>[0]) => page.getByLabel('Question', { exact: true });
const OTHERS = Array.from({ length: 30 }, (_, n) =>
  file(`other ${n}.txt`, `Nothing of note stands in paper ${n}.`),
);

test('a question finds inflections, compounds, numbers and typing mistakes in the language of each file', async ({
  page,
}) => {
  await openTriage(page);
  await addFiles(
    page,
    ...OTHERS,
    file(
      'english.txt',
      'The indemnification of the landlord is agreed by the parties in section four of this lease.',
    ),
    file(
      'deutsch.txt',
      'Der Mietvertrag wurde von den Parteien am ersten Tag des Monats ordentlich gekündigt und beendet.',
    ),
    file('rent.csv', 'place,rent\nHarbour,"184,250.00"\n'),
    file('城市.txt', '雅庫次克是世界上最冷的\n城市。'),
  );
  await page.getByText('Look at these passages first').click();
  const first = page.locator('.shortlist li').first();
  for (const [asked, found] of [
    ['Who indemnifies landlords?', 'english.txt'],
    ['Verträge', 'deutsch.txt'],
    ['184.250,00', 'rent.csv'],
    ['indemnificatoin', 'english.txt'],
    ['哪個城市最冷', '城市.txt'],
  ] as const) {
    await question(page).fill(asked);
    await expect(first.locator('.path'), asked).toHaveText(found);
  }
});

test('where no passage shares a word with the question, the page says so and does not call it the most', async ({
  page,
}) => {
  await openTriage(page);
  await addFiles(page, ...OTHERS);
  const hint = page.locator('.ask-bar .hint');
  await question(page).fill('paper');
  await expect(hint).toHaveText('The 25 that share the most words with the question, out of 30.');
  await question(page).fill('zebra');
  await expect(hint).toHaveText(/^No passage shares a word with the question: the first 25 of 30 are judged/);
  await expect(hint).not.toContainText('most words');
  await addFiles(page, file('zebra.txt', 'A zebra.'));
  await expect(hint).toHaveText(
    /^1 of 31 share words with the question; the first 24 others are judged, too/,
  );
});

test('a question that was asked shows its passages again after a reload, whatever was added meanwhile', async ({
  page,
  fakeWorker,
}) => {
  await openTriage(page);
  await fakeWorker.send({ type: 'steady', stepMs: 1 });
  await addFiles(page, file('cold.txt', 'The coldest city.'));
  await ask(page, 'Which city is the coldest?');
  await expect(status(page)).toContainText('1 of 1 judged');
  await expect.poll(() => countStored(page, 'judgements')).toBe(1);
  await addFiles(page, file('colder.txt', 'The coldest city of all, the coldest.'));
  await page.reload();
  await expect(status(page)).toContainText('1 of 1 judged');
  await expect(rows(page)).toHaveCount(1);
});
