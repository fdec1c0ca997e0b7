/** Facts about this device: for the page, in its language, and in English for bug reports. */
import { msg, str } from '@lit/localize';
import type { DeviceReport } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';

type Fact = readonly [name: string, value: string];

/** For the page's table. */
export function deviceFacts(report: DeviceReport): readonly Fact[] {
  const { adapter, isolated, jspi, threads, memoryBytes } = report;
  return [
    [msg('adapter'), adapterName(report, msg('unnamed'), msg('software')) ?? msg('none')],
    [msg('features'), adapter?.features.join(', ') || msg('none')],
    ...limits(report),
    [msg('cross-origin isolated'), isolated ? msg('yes') : msg('no: WebAssembly runs on one thread')],
    ['JSPI', jspi ? msg('yes') : msg('no: weights pass through WebAssembly’s memory')],
    [msg('threads'), String(threads)],
    [
      msg('memory'),
      memoryBytes === null ? msg('not told by this browser') : msg(str`${gibibytes(memoryBytes)} or more`),
    ],
  ];
}

/** As plain English text, without anything that identifies the user. */
export function reportText(report: DeviceReport, userAgent: string): string {
  const { adapter, storage, storesModels, memoryBytes } = report;
  const rows: Fact[] = [
    ['runs on', `${report.device}: ${report.deviceReason}`],
    ['dtype', `${report.dtype}: ${report.float16 ? 'the GPU has' : 'no'} 16-bit floats`],
    [
      'storage',
      storesModels && storage
        ? `${formatBytes(storage.usedBytes)} of ${formatBytes(storage.quotaBytes)} used${storage.persistent ? ', kept' : ''}`
        : 'refused',
    ],
    ['adapter', adapterName(report, 'unnamed', 'software') ?? 'none'],
    ['features', adapter?.features.join(', ') || 'none'],
    ...limits(report),
    ['cross-origin isolated', report.isolated ? 'yes' : 'no'],
    ['JSPI', report.jspi ? 'yes' : 'no'],
    ['threads', String(report.threads)],
    ['memory', memoryBytes === null ? 'not told' : `${gibibytes(memoryBytes)} or more`],
    ['browser', userAgent],
  ];
  return rows.map(([name, value]) => `${name}: ${value}`).join('\n');
}

/** Null if there is none. */
function adapterName({ adapter }: DeviceReport, unnamed: string, software: string): string | null {
  if (!adapter) return null;
  const { vendor, architecture, description } = adapter;
  const name = [vendor, architecture, description].filter(Boolean).join(' ') || unnamed;
  return adapter.software ? `${name} (${software})` : name;
}

function limits({ adapter }: DeviceReport): Fact[] {
  return Object.entries(adapter?.limits ?? {}).map(([name, value]) => [name, value.toLocaleString('en')]);
}

function gibibytes(bytes: number): string {
  return `${bytes / 2 ** 30} GiB`;
}
