/** Serves the default model at `models/rank1-rerank-model/`, and copies it there in a build. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

export const DEFAULT_MODEL_PATH = 'models/rank1-rerank-model';

/** @param folder of the model, relative to `root` */
export function defaultModel(root: string, folder: string): Plugin {
  let outDir = '';
  return {
    name: 'rank1-default-model',
    configResolved: (config) => {
      outDir = join(root, config.build.outDir);
    },
    configureServer: (server) => {
      server.middlewares.use((request, _response, next) => {
        request.url = request.url?.replace(`/${DEFAULT_MODEL_PATH}/`, `/${folder}/`);
        next();
      });
    },
    writeBundle: () => {
      const source = join(root, folder);
      const manifest = JSON.parse(readFileSync(join(source, 'rank1.json'), 'utf8')) as { files: object };
      for (const file of ['rank1.json', ...Object.keys(manifest.files)])
        cpSync(join(source, file), join(outDir, DEFAULT_MODEL_PATH, file));
    },
  };
}
