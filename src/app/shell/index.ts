/** What every page has: its elements, its language, and that it opens again without a network. */
import '../../ui/index.ts';
import { NetworkStateElement } from './network-state.ts';
import { keepVisit } from './offline.ts';
import { startPageLanguage } from './page-language.ts';
import { SiteHeaderElement } from './site-header.ts';

startPageLanguage();
void keepVisit();

customElements.define('rank1-network-state', NetworkStateElement);
customElements.define('rank1-site-header', SiteHeaderElement);
