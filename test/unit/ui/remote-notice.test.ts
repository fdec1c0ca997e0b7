import { nothing, type TemplateResult } from 'lit';
import { describe, expect, it } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { RemoteBackend } from '../../../src/remote/remote-backend.ts';
import { Rank1RerankElement } from '../../../src/ui/rank1-rerank/rank1-rerank.ts';
import { renderRemoteNotice } from '../../../src/ui/remote-notice.ts';

describe('the notice that documents leave the device', () => {
  it('names the host, whatever the phase, for as long as the element has such a reranker', () => {
    const element = new Rank1RerankElement();
    expect(element.remoteHost).toBeNull();
    const backend = new RemoteBackend({ endpoint: 'https://gpu.example:8000/v1', apiKey: 'sk-1' });
    element.reranker = new Reranker({ backend });
    expect(element.phase).toBe('idle');
    expect(element.remoteHost).toBe('gpu.example:8000');
    const rendered = renderRemoteNotice(element.remoteHost) as TemplateResult;
    expect(rendered.values.join('')).toContain('gpu.example:8000');
    element.reranker = new Reranker({ model: 'https://models.test/a/' });
    expect(element.remoteHost).toBeNull();
  });

  it('is not there while everything stays', () => {
    expect(renderRemoteNotice(null)).toBe(nothing);
  });
});
