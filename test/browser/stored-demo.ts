import type { Page } from '@playwright/test';

/** Writes the demo model into the page's own storage, as a download would: `opfs:stored`. */
export function storeDemo(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const demo = new URL('/models/rank1-rerank-model/', location.href);
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models', { create: true });
    const manifest = (await (await fetch(new URL('rank1.json', demo))).json()) as { files: object };
    for (const path of [...Object.keys(manifest.files), 'rank1.json']) {
      const parts = path.split('/');
      const name = parts.pop()!;
      let folder = await models.getDirectoryHandle('stored', { create: true });
      for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
      const file = await folder.getFileHandle(name, { create: true });
      const { body } = await fetch(new URL(path, demo));
      await body!.pipeTo(await file.createWritable());
    }
  });
}
