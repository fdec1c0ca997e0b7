/** Registers the elements of the evaluation page. */
import '../shell/index.ts';
import { EvaluateAppElement } from './evaluate-app.ts';

customElements.define('rank1-evaluate-app', EvaluateAppElement);
