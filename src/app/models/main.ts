/** The model page. The markup is in models.html. */
import '../shell/index.ts';
import { ModelsPageElement } from './models-page.ts';

customElements.define('rank1-models-page', ModelsPageElement);
