// hashed.worker.ts in a thread of Node.
import { register } from 'tsx/esm/api';

register();
await import('../../workers/node-scope.ts');
await import('./hashed.worker.ts');
