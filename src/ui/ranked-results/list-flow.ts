import { FlowLayout } from '@lit-labs/virtualizer/layouts/flow.js';

/** The virtualizer's layout of rows, with two of its faults mended. */
export class ListFlow extends FlowLayout {
  override get viewportSize(): FlowLayout['viewportSize'] {
    return super.viewportSize;
  }

  /**
   * The virtualizer renders no rows for a list below the fold, which leaves the keyboard no row to focus. With at
   * least one pixel visible, the first rows exist.
   */
  override set viewportSize(size: FlowLayout['viewportSize']) {
    super.viewportSize = { ...size, height: Math.max(1, size.height) };
  }

  override get viewportScroll(): FlowLayout['viewportScroll'] {
    return super.viewportScroll;
  }

  /**
   * While rows are being measured, the virtualizer lays them out around one of them, the anchor, and scrolls back to it
   * if it is far from the screen. A user who jumps away in these few frames would land where they came from, so a
   * jump gets a new anchor. The layout's own corrections are not jumps: it has already counted them.
   */
  override set viewportScroll(coordinates: FlowLayout['viewportScroll']) {
    const before = this._scrollPosition;
    super.viewportScroll = coordinates;
    if (Math.abs(this._scrollPosition - before) > this.viewportSize.height) this._resetReflowState();
  }
}
