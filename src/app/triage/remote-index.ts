/** Registers the elements of the page for judging on a server. */
import './index.ts';
import { RemoteServerElement } from '../shell/remote-server-form.ts';
import { RemoteTriageElement } from './remote-triage.ts';

customElements.define('rank1-remote-server', RemoteServerElement);
customElements.define('rank1-remote-triage', RemoteTriageElement);
