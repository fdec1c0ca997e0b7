/** Registers the elements that every page has. */
import { NetworkStateElement } from './network-state.ts';
import { SiteHeaderElement } from './site-header.ts';

customElements.define('rank1-network-state', NetworkStateElement);
customElements.define('rank1-site-header', SiteHeaderElement);
