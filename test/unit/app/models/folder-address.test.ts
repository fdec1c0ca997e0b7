import { expect, test } from 'vitest';
import { folderAddress } from '../../../../src/app/models/folder-address.ts';

const HUB = 'https://huggingface.co/jhu-clsp/rank1-0.5b';

test.each([
  ['https://models.test/my-model/', '', 'https://models.test/my-model/'],
  ['  http://127.0.0.1:8000/m ', 'v2', 'http://127.0.0.1:8000/m'],
  ['jhu-clsp/rank1-0.5b', '', `${HUB}/resolve/main/`],
  ['jhu-clsp/rank1-0.5b', ' v2 ', `${HUB}/resolve/v2/`],
  ['jhu-clsp/rank1-0.5b', 'refs/pr/1', `${HUB}/resolve/refs%2Fpr%2F1/`],
  [HUB, '', `${HUB}/resolve/main/`],
  [`${HUB}/`, '', `${HUB}/resolve/main/`],
  [`${HUB}/tree/main`, '', `${HUB}/resolve/main/`],
  [`${HUB}/tree/v2`, '', `${HUB}/resolve/v2/`],
  [`${HUB}/blob/v2/config.json`, '', `${HUB}/resolve/v2/`],
  [`${HUB}/tree/main`, 'v3', `${HUB}/resolve/v3/`],
  [`${HUB}/resolve/main/`, '', `${HUB}/resolve/main/`],
  ['https://hf.co/jhu-clsp/rank1-0.5b', '', `${HUB}/resolve/main/`],
])('%s at revision "%s" is %s', (written, revision, address) => {
  expect(folderAddress(written, revision)).toBe(address);
});

test.each(['', 'rank1', 'a/b/c', 'file:///models/', 'https://', 'javascript:alert(1)//x'])(
  '"%s" is refused, saying what to write',
  (written) => {
    expect(() => folderAddress(written, '')).toThrow(/starts with https:\/\/, or a Hugging Face id/);
  },
);
