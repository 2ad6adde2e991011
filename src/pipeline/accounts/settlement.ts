import type { RecordError } from '../../core/errors.ts';
import type { Departures, FailedRecord, Skip } from '../../core/outcome.ts';
import type { AnyRecord, LinksRecord, PageFacts } from '../../core/record.ts';
import type { SinkWriter } from '../../core/stage/sink-writer.ts';
import { contentTypeOf } from '../../http/headers/content-type.ts';
import { type Entries, linkRows, type OutputColumn, type OutputRole, rowMaker } from '../columns/output-columns.ts';
import type { FailureEntry, PageEntry } from '../columns/report-columns.ts';
import type { Ledger, Outcome } from './ledger.ts';
import type { Positions } from './positions.ts';

/** An output with the columns of its rows. */
export interface Output<Role extends OutputRole> {
  readonly writer: SinkWriter;
  readonly columns: readonly OutputColumn<Entries[Role]>[];
  /** True: it is the process's standard output, whose reader may have stalled. */
  readonly isStandard?: boolean;
}

/** The outputs of a run. */
export interface Outputs {
  /** Each gets the rows of every page. */
  readonly sinks: readonly Output<'sink'>[];
  readonly failures?: Output<'failures'> | undefined;
  readonly pages?: Output<'pages'> | undefined;
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
export class Settlement implements Omit<Departures, 'abandoned'> {
  readonly #ledger: Ledger;
  readonly #positions: Positions;
  readonly #report: (report: LineReport) => void;
  readonly #writeLinks: (record: LinksRecord) => Room;
  readonly #writeFailure: (entry: FailureEntry) => Room;
  readonly #writePage: (entry: PageEntry) => Room;

  constructor(outputs: Outputs, ledger: Ledger, positions: Positions, report: (report: LineReport) => void) {
    const { sinks, failures, pages } = outputs;
    const linkWriters = sinks.map(({ writer, columns }) => {
      const rowsOf = linkRows(columns);
      return (record: LinksRecord) => writer.write(rowsOf(record));
    });
    const rowOfFailure = rowMaker(failures?.columns ?? []);
    const rowOfPage = rowMaker(pages?.columns ?? []);
    this.#ledger = ledger;
    this.#positions = positions;
    this.#report = report;
    this.#writeLinks = (record) =>
      linkWriters.reduce<Room>((room, write) => both(room, () => write(record)), undefined);
    this.#writeFailure = (entry) => failures?.writer.write([rowOfFailure(entry)]);
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
    if (this.#wasDone(record)) return undefined;
    const entry: PageEntry = { record, outcome: 'failed', facts: { ...knownFacts(record), ...error.facts }, links: 0 };
    const room = both(this.#writeFailure({ ...entry, error }), () => this.#page(entry));
    this.#ledger.failed(error.code);
    this.#positions.done(record.origin.sequence);
    this.#report({ ...entry, error });
    return room;
  }

  skipped(record: FailedRecord, skip: Skip): Room {
    if (this.#wasDone(record)) return undefined;
    const facts = skip.page ?? knownFacts(record);
    const report: LineReport = { record, outcome: 'skipped', facts, links: 0, skip };
    const room = this.#page(report);
    this.#ledger.skipped(skip.reason);
    this.#positions.done(record.origin.sequence);
    this.#report(report);
    return room;
  }

  /** Whether an earlier run has done a line. Whoever had to see it again has done so when it comes here. */
  #wasDone({ origin }: FailedRecord): boolean {
    const isDone = this.#positions.isDone(origin.sequence);
    if (isDone) this.#positions.seen(origin.sequence);
    return isDone;
  }

  /** A line that was never asked for over the network (no URL, a duplicate) is no page. */
  #page(entry: PageEntry): Room {
    const outcome: Outcome = entry.outcome;
    const isAsked =
      outcome === 'linked' ||
      outcome === 'empty' ||
      (entry.facts.attempts ?? 0) > 0 ||
      entry.facts.status !== undefined;
    return isAsked ? this.#writePage(entry) : undefined;
  }
}

/** What a record that leaves says itself of its page: an answer had come when a later step filtered it, or failed. */
function knownFacts(record: FailedRecord | AnyRecord): Partial<PageFacts> {
  if (!('kind' in record) || record.kind === 'url') return {};
  if (record.kind === 'links') return record.page;
  const { finalUrl, status, headers } = record.response;
  return { finalUrl, status, contentType: contentTypeOf(headers) };
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
