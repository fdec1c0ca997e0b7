/**
 * Text recognition on this device with Tesseract. The engine and language models are fetched from our own
 * site on first use; the engine receives bytes and never fetches anything itself.
 */
import { gunzipSync } from 'fflate';

/** Languages whose models ship with the site, by Tesseract's names. */
export const RECOGNISED_LANGUAGES = ['eng', 'chi_tra'] as const;

const RECOGNITION_ENGINE = 'tesseract-core-simd-lstm.wasm';
/** The LSTM recogniser; this build contains no other. */
const LSTM_ONLY = 1;

/** The parts of Tesseract's API used here. */
interface TesseractApi {
  Init(folder: null, languages: string, mode: number): number;
  /** Sets the file `/input`. */
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

  /** `folder` contains the engine and `<language>.traineddata.gz`, and ends with a slash. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Recognised lines, possibly empty; null if the engine cannot read the picture format.
   * @param picture PNG, JPEG, GIF, BMP or WebP
   * @throws TypeError if the engine or a language cannot be fetched
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
      // Some servers send it with Content-Encoding, so the browser has already unpacked it.
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
