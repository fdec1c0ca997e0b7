import { FlowLayout } from '@lit-labs/virtualizer/layouts/flow.js';

/**
 * The virtualizer leaves a list empty that lies below the fold, and then the keyboard finds no row to go to. As if one
 * pixel were always in sight, its first rows are there.
 */
export class NeverEmptyFlow extends FlowLayout {
  override get viewportSize(): FlowLayout['viewportSize'] {
    return super.viewportSize;
  }

  override set viewportSize(size: FlowLayout['viewportSize']) {
    super.viewportSize = { ...size, height: Math.max(1, size.height) };
  }
}
