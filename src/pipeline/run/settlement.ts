import type { RecordError } from '../../core/errors.ts';
import type { Departures, FailedRecord, Skip } from '../../core/outcome.ts';
import type { LinksRecord } from '../../core/record.ts';
import type { SinkWriter } from '../../core/stage.ts';
import { failureRow, linkRows, type PageEntry, pageRow } from '../tables.ts';
import type { Ledger, Outcome } from './ledger.ts';
import type { Positions } from './positions.ts';

/** An output with the columns of its rows. */
export interface Output {
  readonly writer: SinkWriter;
  readonly columns: readonly string[];
}

/** The outputs of a run. */
export interface Outputs {
  readonly sink: Output;
  readonly failures?: Output | undefined;
  readonly pages?: Output | undefined;
}

/** What became of one line, for those who watch (`--verbose`). */
export interface LineReport extends PageEntry {
  readonly error?: RecordError;
  readonly skip?: Skip;
}

/**
 * Ends each line: its rows go to the outputs and its outcome into the ledger, in one turn, so that the outputs' order and
 * the ledger never disagree about what is done.
 *
 * Each call resolves when all outputs it wrote to have room for more. A line that an earlier run has done, and that is
 * read again only because a step must see it, is not settled twice.
 */
export class Settlement implements Departures {
  readonly #ledger: Ledger;
  readonly #positions: Positions;
  readonly #report: (report: LineReport) => void;
  readonly #writeLinks: (record: LinksRecord) => Room;
  readonly #writeFailure: (record: FailedRecord, error: RecordError) => Room;
  readonly #writePage: (entry: PageEntry) => Room;

  constructor(outputs: Outputs, ledger: Ledger, positions: Positions, report: (report: LineReport) => void) {
    const { sink, failures, pages } = outputs;
    const rowsOfLinks = linkRows(sink.columns);
    const rowOfFailure = failureRow(failures?.columns ?? []);
    const rowOfPage = pageRow(pages?.columns ?? []);
    this.#ledger = ledger;
    this.#positions = positions;
    this.#report = report;
    this.#writeLinks = (record) => sink.writer.write(rowsOfLinks(record));
    this.#writeFailure = (record, error) => failures?.writer.write([rowOfFailure({ record, error })]);
    this.#writePage = (entry) => pages?.writer.write([rowOfPage(entry)]);
  }

  /** A page was read to its end: its rows are written, and it is linked or empty. */
  page(record: LinksRecord): Room {
    const links = record.links.length;
    const entry: PageEntry = { record, outcome: links > 0 ? 'linked' : 'empty', facts: record.page, links };
    const room = both(this.#writeLinks(record), () => this.#writePage(entry));
    this.#ledger.page(links, record.page.bytes);
    this.#positions.done(record.origin.sequence);
    this.#report(entry);
    return room;
  }

  failed(record: FailedRecord, error: RecordError): Room {
    if (this.#positions.isDone(record.origin.sequence)) return undefined;
    const entry: PageEntry = { record, outcome: 'failed', facts: error.facts, links: 0 };
    const room = both(this.#writeFailure(record, error), () => this.#page(entry));
    this.#ledger.failed(error.code);
    this.#positions.done(record.origin.sequence);
    this.#report({ ...entry, error });
    return room;
  }

  skipped(record: FailedRecord, skip: Skip): Room {
    if (this.#positions.isDone(record.origin.sequence)) return undefined;
    const entry: PageEntry = { record, outcome: 'skipped', facts: skip.page ?? {}, links: 0 };
    const room = this.#page(entry);
    this.#ledger.skipped(skip.reason);
    this.#positions.done(record.origin.sequence);
    this.#report({ ...entry, skip });
    return room;
  }

  /** A line that was never asked for over the network (no URL, a duplicate) is no page. */
  #page(entry: PageEntry): Room {
    const outcome: Outcome = entry.outcome;
    const isAsked = outcome === 'linked' || outcome === 'empty' || (entry.facts.attempts ?? 0) > 0;
    return isAsked ? this.#writePage(entry) : undefined;
  }
}

type Room = void | Promise<void>;

/** Room in both outputs. Where the second write fails at once, that failure is told, and a later one of the first is not. */
function both(first: Room, writeSecond: () => Room): Room {
  let second: Room;
  try {
    second = writeSecond();
  } catch (error) {
    first?.catch(() => {});
    throw error;
  }
  if (first === undefined) return second;
  return second === undefined ? first : Promise.all([first, second]).then(() => {});
}
