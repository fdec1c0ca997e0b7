import { describeContract } from './describe-contract.ts';

describeContract(2);
