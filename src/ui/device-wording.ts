/** Why a model runs on its device, in the page's language. */
import { msg, str } from '@lit/localize';
import type { DeviceCause, LoadedModel } from '../protocol/rerank-api.ts';
import { interfaceLanguage } from './localization/interface-language.ts';

interface ReasonedDevice {
  readonly deviceReason: string;
  readonly deviceCause: DeviceCause;
}

/** In English, the backend's own sentence, which has the details; in other languages, one built from its cause. */
export function deviceReasonText({ deviceReason, deviceCause }: ReasonedDevice): string {
  return interfaceLanguage() === 'en' ? deviceReason : causeText(deviceCause);
}

/** Whether the CPU computes in 8-bit integers, or slower than it could for lack of memory; '' if neither. */
export function arithmeticText({ arithmetic, arithmeticCause, arithmeticReason }: LoadedModel): string {
  if (arithmetic !== 'fast' && arithmeticCause !== 'memory') return '';
  if (interfaceLanguage() === 'en') return arithmeticReason ?? '';
  return arithmeticCause === 'memory'
    ? msg('There is too little memory for the fastest way to compute.')
    : msg('Products are in 8-bit integers.');
}

/** Why WebAssembly runs on one thread, and what would give more; '' if it has more, or there is only one core. */
export function threadsText({ device }: Pick<LoadedModel, 'device'>): string {
  if (device !== 'wasm' || globalThis.crossOriginIsolated || navigator.hardwareConcurrency === 1) return '';
  return msg(
    'It uses one thread. More need a cross-origin isolated page: two headers from its server, in a browser that supports them.',
  );
}

function causeText(cause: DeviceCause): string {
  switch (cause.code) {
    case 'asked':
      return msg('The CPU was asked for.');
    case 'no-adapter':
      return msg('This browser offers no WebGPU adapter, so the CPU is used.');
    case 'software-adapter':
      return msg('The only WebGPU adapter here is a software one, and the CPU is faster without it.');
    case 'adapter':
      return cause.name === '' ? msg('WebGPU adapter.') : msg(str`WebGPU adapter ${cause.name}.`);
    case 'version':
      return msg('The GPU cannot run this version of the model, so the CPU is used.');
    case 'gpu-failed':
      return msg('The GPU failed, so the CPU is used.');
    case 'no-threads':
      return msg('The threads of the CPU did not start, so one is used.');
    case 'server':
      return msg(str`${cause.model} on ${cause.host}: the question and the documents are sent there.`);
  }
}
