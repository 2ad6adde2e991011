import { Readable } from 'node:stream';
import type { Departures } from './outcome.ts';
import type { Origin, UrlRecord } from './record.ts';
import type { Source, SourceItem } from './stage.ts';

/** What the run wants to know of each line, and how many it wants. */
export interface SourceRules {
  /** Sequence of the first line that the source gives. */
  readonly firstSequence: number;
  /** Called once for each line, in order, before anything else learns of it. */
  read(origin: Origin, sourceUrl: string): void;
  /** Whether a line is to be passed over in silence: an earlier run has done it, and no step needs to see it. */
  isDone(sequence: number): boolean;
  /** Waits until a line may be taken, where its results have to wait for those of earlier lines; undefined: at once. */
  room(sequence: number): Promise<void> | undefined;
  readonly departures: Departures;
  /** Lines to take at most; infinity for all. */
  readonly limit: number;
  /** Called when nothing of the input is left, or the limit is reached; not when reading was stopped. */
  exhausted(): void;
  /** Aborted when reading shall stop and what is in flight be finished. */
  readonly stopSignal: AbortSignal;
}

/**
 * Makes the Node stream of a source: numbers its lines, gives the URLs as records, sends lines that fail to `departures`.
 *
 * Order: of the input. Bound: one batch of the source (what one read of the input gave).
 * Ends: with the input, at `limit`, or when `stopSignal` aborts; the source's iterator is closed in each case.
 */
export function sourceReadable(source: Source, rules: SourceRules): Readable {
  return Readable.from(records(source, rules), { objectMode: true, highWaterMark: 16 });
}

async function* records(source: Source, rules: SourceRules): AsyncGenerator<UrlRecord, void, undefined> {
  let sequence = rules.firstSequence;
  if (sequence >= rules.limit) return rules.exhausted();
  for await (const batch of untilStopped(source, rules.stopSignal)) {
    for (const item of batch) {
      if (rules.stopSignal.aborted) return;
      const origin = { sequence, ...item.origin };
      const room = rules.room(sequence);
      if (room !== undefined) {
        await room;
        if (rules.stopSignal.aborted) return;
      }
      rules.read(origin, item.sourceUrl);
      if (rules.isDone(sequence)) {
        // Nothing to do.
      } else if (item.error === undefined) {
        yield { kind: 'url', origin, sourceUrl: item.sourceUrl, url: item.url };
      } else {
        await rules.departures.failed({ origin, sourceUrl: item.sourceUrl }, item.error);
      }
      sequence += 1;
      if (sequence >= rules.limit) return rules.exhausted();
    }
  }
  if (!rules.stopSignal.aborted) rules.exhausted();
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
