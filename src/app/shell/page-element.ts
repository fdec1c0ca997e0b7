import { updateWhenLocaleChanges } from '@lit/localize';
import { LitElement } from 'lit';

/** A part of a page: without a shadow root, so that the page's styles and labels reach into it; drawn again when the language changes. */
export class PageElement extends LitElement {
  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
