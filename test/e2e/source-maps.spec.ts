/** Developer tools fetch source maps past the page's policy, so none may name another place. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';

const SITE = 'dist-test';

test('every source map that a script or style names is a file of the site', () => {
  const files = readdirSync(SITE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(m?js|css)$/.test(name))
    .map((name) => join(SITE, name));
  let numNamed = 0;
  for (const file of files) {
    // As the tools read it: on a line of its own.
    for (const [, url = ''] of readFileSync(file, 'utf8').matchAll(/^\/[/*][#@] sourceMappingURL=(\S+)/gm)) {
      numNamed += 1;
      expect(url, file).toMatch(/^(data:application\/json|[\w.-]+\.map$)/);
      if (!url.startsWith('data:'))
        expect(existsSync(join(dirname(file), url)), `${file}: ${url}`).toBe(true);
    }
  }
  expect(numNamed).toBeGreaterThan(0);
});
