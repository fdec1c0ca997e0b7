/** A PDF page's content besides its text: form field values, notes, attached files. */
import type { FilePart } from './file-content.ts';

/** As returned by pdf.js. */
export interface PdfAnnotation {
  readonly subtype?: string;
  readonly fieldType?: string | null;
  readonly fieldName?: string | null;
  readonly alternativeText?: string | null;
  readonly fieldValue?: unknown;
  readonly checkBox?: boolean;
  readonly radioButton?: boolean;
  readonly buttonValue?: string | null;
  readonly exportValue?: string | null;
  readonly contentsObj?: { readonly str: string };
  readonly titleObj?: { readonly str: string };
  readonly file?: { readonly filename?: string; readonly content?: unknown };
}

export interface PageAnnotations {
  /** `name: value` */
  readonly fields: readonly string[];
  readonly notes: readonly string[];
  readonly files: readonly FilePart[];
}

export function readAnnotations(annotations: readonly PdfAnnotation[]): PageAnnotations {
  const fields = annotations
    .filter(({ subtype }) => subtype === 'Widget')
    .map((widget) => ({ name: widget.alternativeText || widget.fieldName || '', value: fieldValue(widget) }))
    .filter(({ value }) => value !== '');
  const notes = annotations
    .filter(({ subtype }) => subtype !== 'Widget' && subtype !== 'Link' && subtype !== 'Popup')
    .map(({ titleObj, contentsObj }) => [titleObj?.str ?? '', contentsObj?.str ?? ''])
    .filter(([, text = '']) => text.trim() !== '')
    .map(([author, text = '']) => [author, text.trim()].filter(Boolean).join(': '));
  const files = annotations.flatMap(({ file }) =>
    file?.content instanceof Uint8Array
      ? [{ name: file.filename || 'attachment', content: file.content }]
      : [],
  );
  return { fields: fields.map(({ name, value }) => (name ? `${name}: ${value}` : value)), notes, files };
}

/** Empty if not filled in; of a group of buttons only the selected one has a value. */
function fieldValue(widget: PdfAnnotation): string {
  const { fieldType, fieldValue: value, checkBox, radioButton, buttonValue } = widget;
  if (value === null || value === undefined) return '';
  if (radioButton === true) return value === buttonValue ? String(value) : '';
  if (checkBox === true) return value === 'Off' ? '' : String(value);
  if (fieldType === 'Sig') return '';
  return (Array.isArray(value) ? value : [value])
    .filter((part) => typeof part === 'string')
    .join(', ')
    .trim();
}
