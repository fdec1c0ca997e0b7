/** Code that is fetched on first use, which may be long after the page was. */
import { errorMessage, Rank1Error } from './errors.ts';

/** @throws Rank1Error `network` if what `load` imports does not arrive */
export async function lateCode<Code>(load: () => Promise<Code>): Promise<Code> {
  try {
    return await load();
  } catch (cause) {
    throw new Rank1Error(
      'network',
      `A part of this library could not be fetched (${errorMessage(cause).slice(0, 200)}). Check the connection, and try again.`,
      { cause },
    );
  }
}
