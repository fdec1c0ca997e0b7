import { createServer } from 'node:net';

/**
 * Checks that a port is free before minutes are spent loading a model.
 * @throws Error that says what to do
 */
export async function checkPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, host, resolve));
    await new Promise((resolve) => probe.close(resolve));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(
      `Port ${port} of ${host} is in use. Give another --port, or end the program that listens there.`,
      { cause: error },
    );
  }
}
