/**
 * How much of a PDF page is covered by pictures, from its drawing operations: a scan is a page-sized picture.
 */

/** pdf.js operation codes by name. */
export type OperationNames = Readonly<Record<string, number>>;

export interface OperatorList {
  readonly fnArray: readonly number[];
  readonly argsArray: readonly (readonly unknown[] | null)[];
}

export interface Coverage {
  /** share of the page, 0 to 1 */
  readonly share: number;
  /** those large enough to hold text */
  readonly numPictures: number;
  /** Something is drawn, picture or not. */
  readonly isDrawn: boolean;
}

/** Smaller pictures hold no text. */
const MIN_PICTURE_SHARE = 0.02;

type Matrix = readonly [number, number, number, number, number, number];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
const PICTURES = ['paintImageXObject', 'paintInlineImageXObject', 'paintImageMaskXObject', 'paintImageXObjectRepeat', 'paintImageMaskXObjectRepeat', 'paintJpegXObject', 'paintSolidColorImageMask']; // prettier-ignore
const DRAWINGS = ['fill', 'stroke', 'eoFill', 'fillStroke', 'eoFillStroke', 'closeStroke', 'closeFillStroke', 'closeEOFillStroke', 'shadingFill', 'showText']; // prettier-ignore

export function pictureCoverage(
  { fnArray, argsArray }: OperatorList,
  names: OperationNames,
  view: readonly number[],
): Coverage {
  const [left = 0, bottom = 0, right = 612, top = 792] = view;
  const pictures = new Set(PICTURES.map((name) => names[name]));
  const drawings = new Set(DRAWINGS.map((name) => names[name]));
  const stack: Matrix[] = [];
  let matrix = IDENTITY;
  let area = 0;
  const page = Math.abs((right - left) * (top - bottom)) || 1;
  let numPictures = 0;
  let isDrawn = false;
  for (const [place, operation] of fnArray.entries()) {
    const args = argsArray[place];
    if (operation === names.save) stack.push(matrix);
    else if (operation === names.restore || operation === names.paintFormXObjectEnd)
      matrix = stack.pop() ?? IDENTITY;
    else if (operation === names.transform) matrix = multiply(matrix, args);
    else if (operation === names.paintFormXObjectBegin) {
      stack.push(matrix);
      const form = args?.[0];
      if (form) matrix = multiply(matrix, Object.values(form));
    } else if (pictures.has(operation)) {
      isDrawn = true;
      // The unit square under the matrix.
      const drawn = Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]);
      area += drawn;
      if (drawn >= page * MIN_PICTURE_SHARE) numPictures += 1;
    } else if (drawings.has(operation)) isDrawn = true;
    // A path's first argument is its painting operation; a path may be only a clip.
    else if (operation === names.constructPath && drawings.has(Number(args?.[0]))) isDrawn = true;
  }
  return { share: Math.min(1, area / page), numPictures, isDrawn };
}

function multiply(m: Matrix, args: readonly unknown[] | null | undefined): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = (args ?? []).map(Number);
  return [
    m[0] * a + m[2] * b,
    m[1] * a + m[3] * b,
    m[0] * c + m[2] * d,
    m[1] * c + m[3] * d,
    m[0] * e + m[2] * f + m[4],
    m[1] * e + m[3] * f + m[5],
  ];
}
