/** Registers the elements of the triage page. */
import '../../ui/index.ts';
import '../shell/index.ts';
import { DocumentsPanelElement } from './documents-panel.ts';
import { QuestionPanelElement } from './question-panel.ts';
import { ReviewListElement } from './review-list.ts';
import { SessionBarElement } from './session-bar.ts';
import { TriageAppElement } from './triage-app.ts';

customElements.define('rank1-session-bar', SessionBarElement);
customElements.define('rank1-documents-panel', DocumentsPanelElement);
customElements.define('rank1-question-panel', QuestionPanelElement);
customElements.define('rank1-review-list', ReviewListElement);
customElements.define('rank1-triage-app', TriageAppElement);
