/** On one layer, as a dispatch of the software adapter takes milliseconds; on two, a case that mixes prefills and decodes. */
import { MODEL_RUNNER_CONTRACT } from '../contract/model-runner.contract.ts';
import { describeContract } from './describe-contract.ts';

describeContract(1);
describeContract(
  2,
  MODEL_RUNNER_CONTRACT.filter(({ name }) => name === 'rows that come while others decode change nothing'),
);
