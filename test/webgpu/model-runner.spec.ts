/** A case that mixes prefills and decodes, in a real browser; the others run in Node (test/webgpu-node), and here in the full tier. */
import { MODEL_RUNNER_CONTRACT } from '../contract/model-runner.contract.ts';
import { describeContract } from './describe-contract.ts';

describeContract(
  1,
  MODEL_RUNNER_CONTRACT.filter(({ name }) => name === 'rows that come while others decode change nothing'),
);
