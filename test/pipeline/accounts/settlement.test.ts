import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordError, StageError } from '../../../src/core/errors.ts';
import { skip } from '../../../src/core/outcome.ts';
import { Ledger } from '../../../src/pipeline/accounts/ledger.ts';
import { Positions } from '../../../src/pipeline/accounts/positions.ts';
import { type LineReport, Settlement } from '../../../src/pipeline/accounts/settlement.ts';
import { reportColumns, sinkColumns } from '../../helpers/pipelines/columns.ts';
import { FaultySink, Gate, linksRecord, pageFacts, quiet, urlRecord } from '../../helpers/pipelines/stages.ts';

const notFound = new RecordError('http-status', 'it answered 404', { facts: pageFacts({ status: 404 }) });
const noUrl = new RecordError('invalid-url', 'no URL');

describe('a page', () => {
  it('with links is linked: its rows, its page row and its outcome are there when the call returns', () => {
    const { settlement, ledger, sink, pages, failures } = start();
    assert.equal(settlement.page(linksRecord(urlRecord(0), 2)), undefined);
    assert.deepEqual(sink.rows, [['https://example.com/link/0'], ['https://example.com/link/1']]);
    assert.deepEqual(pages.rows, [['linked', 2]]);
    assert.deepEqual(failures.rows, []);
    const { linked, rows, bytes } = ledger.totals();
    assert.deepEqual({ linked, rows, bytes }, { linked: 1, rows: 2, bytes: 100 });
  });

  it('without links is empty', () => {
    const { settlement, ledger, sink, pages } = start();
    settlement.page(linksRecord(urlRecord(0), 0));
    assert.deepEqual([sink.rows, pages.rows, ledger.totals().empty], [[], [['empty', 0]], 1]);
  });

  it('has its rows in one write, so that they appear together', () => {
    const { settlement, sink } = start();
    settlement.page(linksRecord(urlRecord(0), 100));
    assert.equal(sink.writes, 1);
  });
});

describe('a failure', () => {
  it('of a line that was asked for is a failure row and a page row', () => {
    const { settlement, ledger, failures, pages } = start();
    settlement.failed(urlRecord(0), notFound);
    assert.deepEqual(failures.rows, [['http-status', 1]]);
    assert.deepEqual(pages.rows, [['failed', 0]]);
    assert.deepEqual(ledger.totals().failedByCode, { 'http-status': 1 });
  });

  it('of a line that was never asked for is no page', () => {
    const { settlement, failures, pages } = start();
    settlement.failed(urlRecord(0), noUrl);
    assert.deepEqual([failures.rows, pages.rows], [[['invalid-url', 1]], []]);
  });
});

describe('a skip', () => {
  it('of a line that was never asked for is counted, and no page', () => {
    const { settlement, ledger, sink, failures, pages } = start();
    settlement.skipped(urlRecord(0), skip('duplicate'));
    assert.deepEqual([sink.rows, failures.rows, pages.rows], [[], [], []]);
    assert.deepEqual(ledger.totals().skippedByReason, { duplicate: 1 });
  });

  it('of an answer is a page', () => {
    const { settlement, pages } = start();
    settlement.skipped(urlRecord(0), skip('not-html', pageFacts()));
    assert.deepEqual(pages.rows, [['skipped', 0]]);
  });
});

it('each line is reported once, with its error or its reason', () => {
  const { settlement, reports } = start();
  settlement.page(linksRecord(urlRecord(0), 2));
  settlement.failed(urlRecord(1), noUrl);
  settlement.skipped(urlRecord(2), skip('robots'));
  assert.deepEqual(
    reports.map(({ record, outcome, links, error, skip: skipped }) => [
      record.origin.sequence,
      outcome,
      links,
      error?.code ?? skipped?.reason,
    ]),
    [
      [0, 'linked', 2, undefined],
      [1, 'failed', 0, 'invalid-url'],
      [2, 'skipped', 0, 'robots'],
    ],
  );
});

it('a run without failures and pages outputs counts all the same', () => {
  const ledger = new Ledger();
  const sink = working();
  const settlement = new Settlement(
    { sinks: [{ writer: sink, columns: sinkColumns('source_url') }] },
    ledger,
    readLines(3),
    () => {},
  );
  for (let line = 0; line < 3; line += 1) ledger.read();
  settlement.page(linksRecord(urlRecord(0), 1));
  settlement.failed(urlRecord(1), notFound);
  settlement.skipped(urlRecord(2), skip('robots'));
  ledger.balance();
  assert.deepEqual(sink.rows, [['https://example.com/0']]);
});

it('a line is done when the call that ends it returns, whatever it ends in', () => {
  const { settlement, positions } = start();
  settlement.skipped(urlRecord(2), skip('robots'));
  settlement.failed(urlRecord(1), noUrl);
  assert.equal(positions.low, 0);
  settlement.page(linksRecord(urlRecord(0), 2));
  assert.equal(positions.low, 3);
});

it('a failure or skip of a line that an earlier run has done is not settled twice', () => {
  const { settlement, ledger, failures, pages, reports } = start();
  settlement.page(linksRecord(urlRecord(0), 2));
  const before = ledger.totals();
  settlement.failed(urlRecord(0), notFound);
  settlement.skipped(urlRecord(0), skip('duplicate'));
  assert.deepEqual([ledger.totals(), failures.rows.length, pages.rows.length, reports.length], [before, 0, 1, 1]);
});

describe('room', () => {
  it('is there when all outputs that were written to have it', async () => {
    const rows = new Gate();
    const pageRows = new Gate();
    const { settlement } = start({ sink: new FaultySink({ slow: rows }), pages: new FaultySink({ slow: pageRows }) });
    let hasRoom = false;
    const room = Promise.resolve(settlement.page(linksRecord(urlRecord(0)))).then(() => {
      hasRoom = true;
    });
    for (const gate of [pageRows, rows]) {
      await quiet();
      assert.equal(hasRoom, false);
      gate.open();
    }
    await room;
  });

  it('is waited for in the one output that is slow', async () => {
    const gate = new Gate();
    const { settlement } = start({ failures: new FaultySink({ slow: gate }) });
    const room = settlement.failed(urlRecord(0), notFound);
    assert.equal(room instanceof Promise, true);
    gate.open();
    await room;
  });
});

describe('an output that fails', () => {
  it('leaves the line without an outcome', () => {
    const { settlement, ledger } = start({ sink: new FaultySink({ failsAfter: 0 }) });
    assert.throws(() => settlement.page(linksRecord(urlRecord(0))), { code: 'SINK_FAILED' });
    assert.equal(ledger.totals().linked, 0);
  });

  it('leaves the line to be done again', () => {
    const { settlement, positions } = start({ pages: new FaultySink({ failsAfter: 0 }) });
    assert.throws(() => settlement.page(linksRecord(urlRecord(0))), { code: 'SINK_FAILED' });
    assert.equal(positions.isDone(0), false);
  });

  it('at once, while another fails later (both on one full disk), is the one error there is', async () => {
    const unhandled: unknown[] = [];
    const remember = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', remember);
    try {
      const later = Object.assign(working(), { write: () => Promise.reject(new StageError('SINK_FAILED', 'rows')) });
      const { settlement } = start({ sink: later, pages: new FaultySink({ failsAfter: 0 }) });
      assert.throws(() => settlement.page(linksRecord(urlRecord(0))), { code: 'SINK_FAILED' });
      await quiet();
      assert.deepEqual(unhandled, []);
    } finally {
      process.off('unhandledRejection', remember);
    }
  });
});

interface Sinks {
  readonly sink: FaultySink;
  readonly failures: FaultySink;
  readonly pages: FaultySink;
}

function start(faulty: Partial<Sinks> = {}) {
  const sinks: Sinks = { sink: working(), failures: working(), pages: working(), ...faulty };
  const outputs = {
    sinks: [{ writer: sinks.sink, columns: sinkColumns('parsed_url') }],
    failures: { writer: sinks.failures, columns: reportColumns('failures', ['code', 'line']) },
    pages: { writer: sinks.pages, columns: reportColumns('pages', ['outcome', 'links']) },
  };
  const ledger = new Ledger();
  const positions = readLines(3);
  const reports: LineReport[] = [];
  const settlement = new Settlement(outputs, ledger, positions, (report) => reports.push(report));
  return { ...sinks, ledger, positions, reports, settlement };
}

/** The positions of so many lines, all read and none done. */
function readLines(count: number): Positions {
  const positions = new Positions();
  for (let line = 0; line < count; line += 1) positions.read(urlRecord(line).origin, 'line');
  return positions;
}

/** A sink that only remembers. */
function working(): FaultySink {
  return new FaultySink({ failsAfter: Number.POSITIVE_INFINITY });
}
