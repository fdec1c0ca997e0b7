// Runs test/bench/convert.ts through Vite's module runner; arguments are explained there.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [model = 'rank1-1.5b', dtype = 'q4', method = 'symmetric', kind = 'fast'] = process.argv.slice(2);
const file = fileURLToPath(new URL('./convert.ts', import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: 'error' });
console.log(JSON.stringify(await module.measureConversion(model, dtype, method, {}, kind)));
