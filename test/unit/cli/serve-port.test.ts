/** A port that is taken is told before the model is loaded. */
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { serveCommand } from '../../../src/cli/serve/serve-command.ts';

it('a port in use ends serve before anything is loaded', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  // There is no such model: loading it would be another error.
  const run = serveCommand.prepare(['--port', String(port), '--model', '/nowhere/model']);
  const context = new Proxy({} as Parameters<typeof run>[0], {
    get: (_, name) => expect.fail(`${String(name)} was asked for before the port was looked at`),
  });
  await expect(run(context)).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use. Give another --port`);
  await new Promise((resolve) => taken.close(resolve));
});
