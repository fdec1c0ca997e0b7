/** Scrolls a row's container: the nearest scrollable ancestor, across shadow roots, else the window. */

/** @param distance in CSS pixels, downwards */
export function scrollAround(element: HTMLElement, distance: number): void {
  const box = scrollBox(element);
  if (box) box.scrollTop += distance;
  else element.ownerDocument.defaultView?.scrollBy(0, distance);
}

/** null: the window */
function scrollBox(element: HTMLElement): Element | null {
  const { body, documentElement } = element.ownerDocument;
  for (let at = flatParent(element); at && at !== body && at !== documentElement; at = flatParent(at)) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll|overlay/.test(getComputedStyle(at).overflowY))
      return at;
  }
  return null;
}

function flatParent(element: Element): Element | null {
  if (element.assignedSlot) return element.assignedSlot;
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
