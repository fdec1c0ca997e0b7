/** Requests about one file; all bubble to `<rank1-triage-app>`. */
import type { FileRecord } from '../session/session-types.ts';

/** Shows the file from its start. */
export class ViewFileEvent extends Event {
  static readonly type = 'rank1-view-file';
  readonly file: FileRecord;

  constructor(file: FileRecord) {
    super(ViewFileEvent.type, { bubbles: true });
    this.file = file;
  }
}

/** What the user changes when reading a file again. */
export type ReadAgainWay = 'encoding' | 'recognition';

/** Lets the user choose how to read the file again. */
export class ReadAgainEvent extends Event {
  static readonly type = 'rank1-read-again';
  readonly file: FileRecord;
  readonly way: ReadAgainWay;

  constructor(file: FileRecord, way: ReadAgainWay) {
    super(ReadAgainEvent.type, { bubbles: true });
    this.file = file;
    this.way = way;
  }
}
