/** The pages as the navigation names them, against the files that they are. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SITE_PAGES } from '../../../src/app/shell/pages.ts';

const ROOT = new URL('../../../', import.meta.url);

test.each(SITE_PAGES)(
  '$id has the title that its file has for whoever runs no scripts',
  ({ href, title }) => {
    const file = href === './' ? 'index.html' : href;
    const [, written] = /<title>([^<]*)<\/title>/.exec(readFileSync(new URL(file, ROOT), 'utf8')) ?? [];
    expect(title()).toBe(written);
  },
);
