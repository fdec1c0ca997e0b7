/** Compiles the kernels that expand weights, AssemblyScript to WebAssembly, into a module of the source: `npm run build:kernels`. */
import { Buffer } from 'node:buffer';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const FOLDER = new URL('../src/convert/expand/kernels/', import.meta.url);
const SOURCE = 'kernels.as.ts';
export const KERNELS_MODULE = fileURLToPath(new URL('generated/kernels.ts', FOLDER));

/** @returns {Promise<string>} the module's text */
export async function compileKernels() {
  const source = await readFile(new URL(SOURCE, FOLDER), 'utf8');
  let binary;
  const { error, stderr } = await asc.main(
    [
      SOURCE,
      '-o',
      'kernels.wasm',
      '-O3',
      '--noAssert',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--use',
      'abort=',
    ],
    {
      readFile: (name) => (name === SOURCE ? source : null),
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${SOURCE} does not compile.\n${stderr}`);
  const text = Buffer.from(binary).toString('base64');
  return `// Compiled from ../${SOURCE} by \`npm run build:kernels\`.\nexport const KERNELS_BASE64 =\n  '${text}';\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(new URL('generated/', FOLDER), { recursive: true });
  await writeFile(KERNELS_MODULE, await compileKernels());
}
