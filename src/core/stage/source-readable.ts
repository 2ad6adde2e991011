import { Readable } from 'node:stream';
import type { Departures, Skip } from '../outcome.ts';
import { baseOf, type Origin, type PageRecord, releaseRecord, type UrlRecord } from '../record.ts';
import type { Source } from '../stage.ts';
import type { SourceItem } from './source-item.ts';

/** What the run wants to know of each line, and how many it wants. */
export interface SourceRules {
  /** Sequence of the first line that the source gives. */
  readonly firstSequence: number;
  /** Called once for each line, in order, before anything else learns of it. */
  read(origin: Origin, sourceUrl: string): void;
  /** Whether a line is to be passed over in silence: an earlier run has done it, and no step needs to see it. */
  isDone(sequence: number): boolean;
  /**
   * Why a record goes no further, if it is not the run's; undefined where it is. Asked here, since of a long list that is all
   * that happens to most of its lines: a stage of its own would cost them as much again as reading them does.
   */
  refuse(record: UrlRecord | PageRecord): Skip | undefined;
  /** Waits until a line may be taken, where its results have to wait for those of earlier lines; undefined: at once. */
  room(sequence: number): Promise<void> | undefined;
  readonly departures: Departures;
  /** Lines that the source gives first and that are not the run's: they get no sequence, and nobody learns of them. */
  readonly skip: number;
  /** Lines to take at most, those skipped not counted; infinity for all. */
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

async function* records(source: Source, rules: SourceRules): AsyncGenerator<UrlRecord | PageRecord, void, undefined> {
  let sequence = rules.firstSequence;
  if (sequence >= rules.limit) return rules.exhausted();
  let toSkip = rules.skip;
  for await (const batch of untilStopped(source, rules.stopSignal)) {
    const own = toSkip === 0 ? batch : batch.slice(toSkip);
    for (const item of batch.slice(0, batch.length - own.length)) item.page?.body.release();
    toSkip -= batch.length - own.length;
    for (const item of own) {
      if (rules.stopSignal.aborted) return;
      // Named one by one, here and below: to spread an object takes several times as long, and this is done for every line.
      const { input, line, offset } = item.origin;
      const origin = { sequence, input, line, offset };
      const room = rules.room(sequence);
      if (room !== undefined) {
        await room;
        if (rules.stopSignal.aborted) return;
      }
      rules.read(origin, item.sourceUrl);
      if (rules.isDone(sequence)) {
        item.page?.body.release();
      } else if (item.error === undefined) {
        const record = recordOf(item, origin);
        const refusal = rules.refuse(record);
        if (refusal === undefined) {
          yield record;
        } else {
          releaseRecord(record);
          const settled = rules.departures.skipped(record, refusal);
          if (settled !== undefined) await settled;
        }
      } else {
        await rules.departures.failed(baseOf({ ...item, origin }), item.error);
      }
      sequence += 1;
      if (sequence >= rules.limit) return rules.exhausted();
    }
  }
  if (!rules.stopSignal.aborted) rules.exhausted();
}

function recordOf(item: SourceItem & { readonly error?: never }, origin: Origin): UrlRecord | PageRecord {
  const { sourceUrl, fields } = item;
  if (item.page !== undefined) return { kind: 'page', ...baseOf({ ...item, origin }), ...item.page };
  const { url } = item;
  return fields === undefined
    ? { kind: 'url', origin, sourceUrl, url }
    : { kind: 'url', origin, sourceUrl, fields, url };
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
