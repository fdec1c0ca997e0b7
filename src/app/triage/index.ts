/** Registers the elements of the triage page. */
import '../../ui/index.ts';
import '../shell/index.ts';
import { DocumentsPanelElement } from './documents-panel.ts';
import { FileListElement } from './file-list.ts';
import { FileViewElement } from './file-view.ts';
import { PdfPageElement } from './pdf-page.ts';
import { QuestionPanelElement } from './question-panel.ts';
import { ReadAgainElement } from './read-again.ts';
import { ReviewListElement } from './review-list.ts';
import { SessionBarElement } from './session-bar.ts';
import { TriageAppElement } from './triage-app.ts';

customElements.define('rank1-session-bar', SessionBarElement);
customElements.define('rank1-file-list', FileListElement);
customElements.define('rank1-file-view', FileViewElement);
customElements.define('rank1-pdf-page', PdfPageElement);
customElements.define('rank1-read-again', ReadAgainElement);
customElements.define('rank1-documents-panel', DocumentsPanelElement);
customElements.define('rank1-question-panel', QuestionPanelElement);
customElements.define('rank1-review-list', ReviewListElement);
customElements.define('rank1-triage-app', TriageAppElement);
