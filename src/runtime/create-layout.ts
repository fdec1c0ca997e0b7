import type { ManifestModel } from '../model/manifest.ts';
import type { GraphLayout, LayoutOptions } from './graph-layout.ts';
import type { Ort } from './runtime-host.ts';
import { Rank1Layout } from './rank1-layout.ts';
import { TransformersJsLayout } from './transformersjs-layout.ts';

export function createLayout(layout: ManifestModel['layout'], ort: Ort, options: LayoutOptions): GraphLayout {
  return layout === 'rank1' ? new Rank1Layout(ort, options) : new TransformersJsLayout(ort, options);
}
