/** Shared by every page: elements, language, and offline support. */
import '../../ui/index.ts';
import { NetworkStateElement } from './network-state.ts';
import { keepVisit } from './offline.ts';
import { startPageLanguage } from './page-language.ts';
import { SiteHeaderElement } from './site-header.ts';

startPageLanguage();
void keepVisit();

customElements.define('rank1-network-state', NetworkStateElement);
customElements.define('rank1-site-header', SiteHeaderElement);
