/** What the pages promise in their Content-Security-Policy, read from the pages themselves. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listPages, readPolicy } from '../../../scripts/vite/site-pages.ts';

const ROOT = new URL('../../../', import.meta.url);
/** Pages that may connect elsewhere, and where to. */
const OTHER_HOSTS: Record<string, RegExp> = {
  'models.html': /^https:\/\/(\*\.)?(huggingface\.co|hf\.co)$/,
  // A server that is not known before it is named; these pages narrow this to its host then.
  'compare-remote.html': /^(https:|http:\/\/(localhost|127\.0\.0\.1):\*)$/,
  'triage-remote.html': /^(https:|http:\/\/(localhost|127\.0\.0\.1):\*)$/,
};
const SAME_ORIGIN = new Set(["'none'", "'self'", "'wasm-unsafe-eval'", 'blob:', 'data:']);

const pages = listPages(new URL('.', ROOT).pathname);

function directives(page: string): Map<string, string[]> {
  const policy = readPolicy(readFileSync(new URL(page, ROOT), 'utf8')) ?? '';
  const parts = policy.split(';').map((part) => part.trim().split(/\s+/));
  return new Map(parts.map(([name = '', ...sources]) => [name, sources]));
}

describe.each(pages)('%s', (page) => {
  test('forbids everything that it does not name', () => {
    expect(directives(page).get('default-src')).toEqual(["'none'"]);
    expect(directives(page).get('form-action')).toEqual(["'none'"]);
    expect(directives(page).get('base-uri')).toEqual(["'none'"]);
  });

  test('lets nothing in from elsewhere, and connects nowhere else but where it is meant to', () => {
    for (const [name, sources] of directives(page)) {
      const foreign = sources.filter((source) => !SAME_ORIGIN.has(source));
      const allowed = name === 'connect-src' ? OTHER_HOSTS[page] : undefined;
      expect(
        foreign.filter((source) => !allowed?.test(source)),
        name,
      ).toEqual([]);
    }
  });

  test('has no style or script in its markup, which the policy would refuse', () => {
    const html = readFileSync(new URL(page, ROOT), 'utf8');
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/);
  });
});
