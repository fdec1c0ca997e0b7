/** The test build of the site, in `dist-test`, once for all browsers. `npm test` has made it already. */
import { build } from 'vite';

export default async function buildSite(): Promise<void> {
  if (process.env['RANK1_SITE'] === 'built') return;
  await build({ mode: 'test', logLevel: 'error' });
}
