import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Lets an element take files that are dropped anywhere on it. */
export class FileDrop implements ReactiveController {
  #isOver = false;

  readonly #element: ReactiveControllerHost & HTMLElement;
  readonly #onFiles: (dropped: DataTransfer) => void;

  constructor(element: ReactiveControllerHost & HTMLElement, onFiles: (dropped: DataTransfer) => void) {
    this.#element = element;
    this.#onFiles = onFiles;
    element.addController(this);
  }

  /** Whether files are being dragged over the element. */
  get isOver(): boolean {
    return this.#isOver;
  }

  hostConnected(): void {
    this.#element.addEventListener('dragover', this.#onDragOver);
    this.#element.addEventListener('dragleave', this.#onDragLeave);
    this.#element.addEventListener('drop', this.#onDrop);
  }

  readonly #onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#setOver(true);
  };

  readonly #onDragLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.#setOver(false);
  };

  readonly #onDrop = (event: DragEvent): void => {
    if (!event.dataTransfer) return;
    event.preventDefault();
    this.#setOver(false);
    this.#onFiles(event.dataTransfer);
  };

  #setOver(isOver: boolean): void {
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    this.#element.requestUpdate();
  }
}
