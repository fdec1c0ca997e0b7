/** The test build of the site, in `dist-test`, once for all browsers. */
import { build } from 'vite';

export default async function buildSite(): Promise<void> {
  await build({ mode: 'test', logLevel: 'error' });
}
