/** The test build of the site, in `dist-test`, once for all browsers. `npm test` has made it already. */
import { build } from 'vite';

export default async function buildSite(): Promise<void> {
  if (process.env['RANK1_SITE'] === 'built') return;
  // Vitest sets it to `test`, with which Vite would make a site for development: without offline use.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  await build({ mode: 'test', logLevel: 'error' });
  process.env.NODE_ENV = NODE_ENV;
}
