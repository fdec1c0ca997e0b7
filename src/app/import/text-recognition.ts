/**
 * Text in pictures, recognised on this device by Tesseract. The engine and its languages are fetched from our own site when they
 * are first asked for, and from nowhere else: the engine gets its bytes from here and has no address of its own.
 */
import { gunzipSync } from 'fflate';

/** Languages whose models come with the site, by Tesseract's names. */
export const RECOGNISED_LANGUAGES = ['eng', 'chi_tra'] as const;

export const RECOGNITION_ENGINE = 'tesseract-core-simd-lstm.wasm';
/** The neural recogniser; the other one is not in this build. */
const LSTM_ONLY = 1;

/** The parts of Tesseract's API that are used. */
interface TesseractApi {
  Init(folder: null, languages: string, mode: number): number;
  /** Of the file `/input`. */
  SetImageFile(orientation: number, angle: number): number;
  Recognize(monitor: null): number;
  GetUTF8Text(): string;
  Clear(): void;
}

interface Tesseract {
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void };
  readonly TessBaseAPI: new () => TesseractApi;
}

interface Engine {
  readonly languages: string;
  readonly tesseract: Tesseract;
  readonly api: TesseractApi;
}

export class TextRecognition {
  readonly #folder: string;
  #engine: Engine | null = null;

  /** `folder` holds the engine and `<language>.traineddata.gz`, and ends with a slash. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Lines of text, empty where there are none; null where the picture is of a kind that the engine does not read.
   *
   * @param picture PNG, JPEG, GIF, BMP or WebP
   * @throws TypeError when the engine or a language cannot be fetched
   */
  async recognise(picture: Uint8Array, languages: readonly string[]): Promise<string | null> {
    const { tesseract, api } = await this.#load(languages.filter(isKnown).join('+') || 'eng');
    tesseract.FS.writeFile('/input', picture);
    if (api.SetImageFile(1, 0) !== 0) return null;
    api.Recognize(null);
    const text = api.GetUTF8Text();
    api.Clear();
    return text.replace(/\n{3,}/g, '\n\n').trim();
  }

  async #load(languages: string): Promise<Engine> {
    if (this.#engine?.languages === languages) return this.#engine;
    const { default: createTesseract } = await import('tesseract.js-core/tesseract-core-simd-lstm.js');
    const tesseract = (await createTesseract({
      wasmBinary: await this.#fetch(RECOGNITION_ENGINE),
      print: () => undefined,
      printErr: () => undefined,
    })) as Tesseract;
    for (const language of languages.split('+')) {
      const packed = await this.#fetch(`${language}.traineddata.gz`);
      // Some servers say that such a file is packed in transit, and the browser unpacks it.
      const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
      tesseract.FS.writeFile(`${language}.traineddata`, isPacked ? gunzipSync(packed) : packed);
    }
    const api = new tesseract.TessBaseAPI();
    if (api.Init(null, languages, LSTM_ONLY) !== 0) throw new TypeError('the language models cannot be used');
    this.#engine = { languages, tesseract, api };
    return this.#engine;
  }

  async #fetch(name: string): Promise<Uint8Array> {
    const response = await fetch(new URL(name, this.#folder));
    if (!response.ok) throw new TypeError(`${name} cannot be fetched: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}

function isKnown(language: string): boolean {
  return (RECOGNISED_LANGUAGES as readonly string[]).includes(language);
}
