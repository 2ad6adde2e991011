import { Readable } from 'node:stream';
import type { Departures } from './outcome.ts';
import type { UrlRecord } from './record.ts';
import type { Source, SourceItem } from './stage.ts';

/** What the run wants to know of each line, and how many it wants. */
export interface SourceRules {
  /** Called once for each line, before anything else learns of it. */
  read(sequence: number): void;
  readonly departures: Departures;
  /** Lines to take at most; infinity for all. */
  readonly limit: number;
  /** Aborted when reading shall stop and what is in flight be finished. */
  readonly stopSignal: AbortSignal;
}

/**
 * Makes the Node stream of a source: numbers its lines from 0, gives the URLs as records, sends lines that fail to `departures`.
 *
 * Order: of the input. Bound: one batch of the source (what one read of the input gave).
 * Ends: with the input, at `limit`, or when `stopSignal` aborts; the source's iterator is closed in each case.
 */
export function sourceReadable(source: Source, rules: SourceRules): Readable {
  return Readable.from(records(source, rules), { objectMode: true, highWaterMark: 16 });
}

async function* records(source: Source, rules: SourceRules): AsyncGenerator<UrlRecord, void, undefined> {
  let sequence = 0;
  if (rules.limit <= 0) return;
  for await (const batch of untilStopped(source, rules.stopSignal)) {
    for (const item of batch) {
      if (rules.stopSignal.aborted) return;
      const origin = { sequence, ...item.origin };
      rules.read(sequence);
      sequence += 1;
      if (item.error === undefined) yield { kind: 'url', origin, sourceUrl: item.sourceUrl, url: item.url };
      else await rules.departures.failed({ origin, sourceUrl: item.sourceUrl }, item.error);
      if (sequence >= rules.limit) return;
    }
  }
}

/** The batches of the source until the signal aborts, also while one is being waited for (a terminal that says nothing). */
async function* untilStopped(
  source: Source,
  signal: AbortSignal,
): AsyncGenerator<readonly SourceItem[], void, undefined> {
  const iterator = source.items[Symbol.asyncIterator]();
  let wake: (value: undefined) => void = () => {};
  const onAbort = () => wake(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      // A promise for each turn: one that lives as long as the run would gather a reaction a batch.
      const stopped = new Promise<undefined>((resolve) => (wake = resolve));
      const next = await Promise.race([iterator.next(), stopped]);
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    source.close?.();
    // Not awaited: a generator that waits for input can only end once that input comes.
    iterator.return?.().catch(() => {});
  }
}
