/** Registers the elements of the page on which a server judges. */
import './index.ts';
import { RemoteTriageElement } from './remote-triage.ts';

customElements.define('rank1-remote-triage', RemoteTriageElement);
