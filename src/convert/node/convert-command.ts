/**
 * `rank1-rerank convert`: converts to a model on disk, with progress; leaves nothing behind if interrupted.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorMessage, Rank1Error } from '../../base/errors.ts';
import { parseScoringProfile } from '../../model/parse-scoring-profile.ts';
import type { ScoringProfile } from '../../model/scoring-profile.ts';
import { KNOWN_PROFILES } from '../known-profiles.ts';
import { convertModel } from '../convert-model.ts';
import type { ConvertOptions } from '../convert-options.ts';
import { describeEndToEndError } from '../compare/conversion-report.ts';
import type { StreamingHash } from '../../model/sha256.ts';
import type { TensorError } from '../tensor-error.ts';
import type { ConvertArguments } from './convert-arguments.ts';
import { DiskOutput } from './disk-output.ts';
import { openSource } from './open-source.ts';
import { progressLine } from './progress-line.ts';

/** @throws Rank1Error if the conversion fails; the signal's reason */
export async function runConvert(args: ConvertArguments, signal: AbortSignal): Promise<void> {
  const profile = args.profile === undefined ? undefined : await readProfile(args.profile);
  const source = await openSource(args.source, args.revision, args.endpoint, signal);
  try {
    const options: ConvertOptions = {
      ...args.options,
      source: { name: args.name ?? source.name, revision: source.revision },
      createHash: nodeSha256,
      onTensorError: args.report ? printError : undefined,
      onProgress: args.quiet ? () => undefined : progressLine(process.stderr),
      onWarning: (message) => console.error(`rank1-rerank convert: ${message}`),
      withoutTokenizer: args.withoutTokenizer,
      profile,
      signal,
    };
    const output = await DiskOutput.begin(args.out, args.overwrite);
    const manifest = await convertModel(source.folder, output, options);
    const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    console.log(`${args.out}: ${manifest.architecture}, ${options.dtype}, ${(bytes / 1e6).toFixed(1)} MB`);
    if (args.report) console.log(await describeEndToEndError(source.folder, args.out, manifest, options));
  } finally {
    await source.folder.close();
  }
}

/** @throws Rank1Error `invalid-file` */
async function readProfile(nameOrFile: string): Promise<ScoringProfile> {
  const known = KNOWN_PROFILES.get(nameOrFile);
  if (known) return known;
  try {
    return parseScoringProfile(JSON.parse(await readFile(nameOrFile, 'utf8')));
  } catch (error) {
    throw new Rank1Error(
      'invalid-file',
      `${nameOrFile} is not a scoring profile (${errorMessage(error)}). Give a JSON file, or one of ${[...KNOWN_PROFILES.keys()].join(', ')}.`,
      { cause: error },
    );
  }
}

function printError({ name, relativeError }: TensorError): void {
  console.log(`${name}: relative error ${relativeError.toExponential(3)}`);
}

function nodeSha256(): StreamingHash {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digestHex: () => hash.digest('hex') };
}
