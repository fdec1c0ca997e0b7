/** Server metrics in Prometheus text exposition format 0.0.4. Labels never contain request data. */

/** Upper bounds of the histogram buckets, in seconds. */
const DURATION_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

export interface GaugeValues {
  readonly inFlight: number;
  readonly reservedBytes: number;
  readonly engineRestarts: number;
  readonly residentBytes: number;
}

export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #buckets = DURATION_BUCKETS.map(() => 0);
  #numDurations = 0;
  #sumSeconds = 0;
  #judged = 0;
  #unjudged = 0;
  #promptTokens = 0;
  #newTokens = 0;

  /** @param route one of the server's own paths, never the requested one */
  countRequest(route: string, status: number): void {
    const labels = `route="${route}",status="${status}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
  }

  /** Once a request, however it ended: the slowest are those that were given up. */
  observeDuration(seconds: number): void {
    this.#numDurations++;
    this.#sumSeconds += seconds;
    DURATION_BUCKETS.forEach((bound, index) => {
      if (seconds <= bound) this.#buckets[index]!++;
    });
  }

  countDocuments(counts: {
    readonly numDocuments: number;
    readonly numUnjudged: number;
    readonly numPromptTokens: number;
    readonly numNewTokens: number;
  }): void {
    this.#judged += counts.numDocuments - counts.numUnjudged;
    this.#unjudged += counts.numUnjudged;
    this.#promptTokens += counts.numPromptTokens;
    this.#newTokens += counts.numNewTokens;
  }

  format(gauges: GaugeValues): string {
    const duration = 'rank1_rerank_duration_seconds';
    const buckets = DURATION_BUCKETS.map((bound, i) => [
      `${duration}_bucket{le="${bound}"}`,
      this.#buckets[i]!,
    ]);
    return [
      metric('rank1_requests_total', 'counter', 'Requests answered, by route and status.', [
        ...[...this.#requests].map(([labels, count]) => [`rank1_requests_total{${labels}}`, count] as const),
      ]),
      metric(
        duration,
        'histogram',
        'Time from a whole request to its verdicts or their failure, waiting included.',
        [
          ...(buckets as [string, number][]),
          [`${duration}_bucket{le="+Inf"}`, this.#numDurations],
          [`${duration}_sum`, this.#sumSeconds],
          [`${duration}_count`, this.#numDurations],
        ],
      ),
      single('rank1_documents_total', 'counter', 'Documents judged.', this.#judged),
      single('rank1_documents_unjudged_total', 'counter', 'Documents without a verdict.', this.#unjudged),
      single('rank1_prompt_tokens_total', 'counter', 'Tokens of prompts.', this.#promptTokens),
      single('rank1_new_tokens_total', 'counter', 'Tokens the model wrote.', this.#newTokens),
      single('rank1_requests_in_flight', 'gauge', 'Requests being read, waiting or judged.', gauges.inFlight),
      single('rank1_reserved_bytes', 'gauge', 'Memory reserved for request bodies.', gauges.reservedBytes),
      single(
        'rank1_engine_restarts_total',
        'counter',
        'Engine restarts after crashes.',
        gauges.engineRestarts,
      ),
      single(
        'process_resident_memory_bytes',
        'gauge',
        'Resident memory size in bytes.',
        gauges.residentBytes,
      ),
    ].join('');
  }
}

function single(name: string, type: string, help: string, value: number): string {
  return metric(name, type, help, [[name, value]]);
}

function metric(
  name: string,
  type: string,
  help: string,
  samples: readonly (readonly [string, number])[],
): string {
  const lines = samples.map(([sample, value]) => `${sample} ${value}\n`).join('');
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines}`;
}
