import { FlowLayout } from '@lit-labs/virtualizer/layouts/flow.js';

/**
 * The virtualizer renders no rows for a list below the fold, which leaves the keyboard no row to focus. This
 * pretends that at least one pixel is visible, so that the first rows exist.
 */
export class NeverEmptyFlow extends FlowLayout {
  override get viewportSize(): FlowLayout['viewportSize'] {
    return super.viewportSize;
  }

  override set viewportSize(size: FlowLayout['viewportSize']) {
    super.viewportSize = { ...size, height: Math.max(1, size.height) };
  }
}
