/** Serves `dist-test` until it is killed; prints its URL. */
import { serveFolders } from '../package/static-server.ts';

const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
console.log((await serveFolders({ '/': 'dist-test' }, ISOLATED)).url);
