/** Decompresses a file as a stream, in browsers and Node. */
import { invalidFile } from './invalid-file.ts';
import type { SourceFile } from './source-file.ts';

/**
 * The decompressed file.
 * @throws while it is read: Rank1Error invalid-file if the compressed data is damaged or truncated
 */
export function gunzipped(source: SourceFile): SourceFile {
  return { ...source, chunks: unpackedChunks(source) };
}

async function* unpackedChunks({ name, chunks }: SourceFile): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
  const reader = readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let sourceError: { readonly error: unknown } | null = null;
  let line = 1;
  let isLeft = false;
  const feed = async (): Promise<void> => {
    const writer = writable.getWriter();
    const packed = (async function* () {
      yield* chunks;
    })();
    try {
      for (;;) {
        const next = await packed.next().catch((error: unknown) => {
          sourceError = { error };
          throw error;
        });
        if (next.done) break;
        await writer.write(next.value as Uint8Array<ArrayBuffer>);
        if (isLeft) break;
      }
      await writer.close();
    } catch (error) {
      await writer.abort(error).catch(() => undefined);
    } finally {
      await packed.return(undefined).catch(() => undefined);
    }
  };
  const fed = feed();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield next.value;
      for (let at = next.value.indexOf(10); at >= 0; at = next.value.indexOf(10, at + 1)) line++;
    }
  } catch (error) {
    if (sourceError) throw (sourceError as { readonly error: unknown }).error;
    throw invalidFile(
      { file: name, line },
      `the packed bytes are damaged (${reasonOf(error)})`,
      'Pack or download the file again.',
    );
  } finally {
    isLeft = true;
    await reader.cancel().catch(() => undefined);
    await fed;
  }
}

/** Chromium prefixes the reason with the failed call and adds a full stop. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Failed to execute [^:]*: /, '').replace(/\.$/, '');
}
