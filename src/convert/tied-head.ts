/** Handles a checkpoint with tied embeddings that also contains an output head. */
import { Rank1Error } from '../base/errors.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openMatrix, readChunks } from './matrix.ts';

const TABLE = 'model.embed_tokens.weight';
const HEAD = 'lm_head.weight';

/**
 * A head equal to the embedding table is a copy and is dropped. A different one is ambiguous: vLLM and
 * transformers 4 use the table for both, transformers 5 uses the head.
 * @throws Rank1Error `model-unsupported`; the signal's reason
 */
export async function checkTiedHead(
  checkpoint: Checkpoint,
  spec: ModelSpec,
  signal: AbortSignal,
): Promise<void> {
  if (!spec.tieWordEmbeddings || !checkpoint.has(HEAD)) return;
  const table = openMatrix(checkpoint, TABLE, spec.vocabSize, spec.hiddenSize);
  const head = readChunks(openMatrix(checkpoint, HEAD, spec.vocabSize, spec.hiddenSize));
  for await (const { values } of readChunks(table)) {
    signal.throwIfAborted();
    const other = (await head.next()).value!.values;
    if (values.every((value, i) => value === other[i])) continue;
    throw new Rank1Error(
      'model-unsupported',
      `config.json sets tie_word_embeddings to true, and ${HEAD} differs from ${TABLE}. Set tie_word_embeddings to false to use the saved head, or remove ${HEAD} from the checkpoint to use the table.`,
    );
  }
}
