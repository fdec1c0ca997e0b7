/** Registers the elements that every page has, and puts the page in its language. */
import '../../ui/index.ts';
import { NetworkStateElement } from './network-state.ts';
import { startPageLanguage } from './page-language.ts';
import { SiteHeaderElement } from './site-header.ts';

startPageLanguage();

customElements.define('rank1-network-state', NetworkStateElement);
customElements.define('rank1-site-header', SiteHeaderElement);
