// hashed.worker.ts in a thread of Node.
import { register } from 'tsx/esm/api';

register();
const { openWorkerScope } = await import('../../workers/node-scope.ts');
openWorkerScope();
await import('./hashed.worker.ts');
