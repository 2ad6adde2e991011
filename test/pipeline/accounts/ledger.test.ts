import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { StageError } from '../../../src/core/errors.ts';
import { Ledger } from '../../../src/pipeline/accounts/ledger.ts';

it('a ledger of nothing is balanced', () => {
  const ledger = new Ledger();
  ledger.balance();
  assert.deepEqual(ledger.totals(), {
    read: 0,
    linked: 0,
    empty: 0,
    failed: 0,
    skipped: 0,
    rows: 0,
    bytes: 0,
    failedByCode: {},
    skippedByReason: {},
  });
});

it('each outcome is counted once, failures by code and skips by reason', () => {
  const ledger = new Ledger();
  for (let line = 0; line < 7; line += 1) ledger.read();
  ledger.page(3, 1000);
  ledger.page(2, 500);
  ledger.page(0, 20);
  ledger.failed('dns');
  ledger.failed('dns');
  ledger.failed('deadline');
  ledger.skipped('duplicate');
  ledger.balance();
  assert.deepEqual(ledger.totals(), {
    read: 7,
    linked: 2,
    empty: 1,
    failed: 3,
    skipped: 1,
    rows: 5,
    bytes: 1520,
    failedByCode: { dns: 2, deadline: 1 },
    skippedByReason: { duplicate: 1 },
  });
});

it('a line without an outcome is a bug that balance tells', () => {
  const ledger = new Ledger();
  ledger.read();
  ledger.read();
  ledger.failed('dns');
  assert.deepEqual([ledger.lines, ledger.open], [2, 1]);
  assert.throws(() => ledger.balance(), isUnbalanced);
});

it('a line with two outcomes is a bug that balance tells', () => {
  const ledger = new Ledger();
  ledger.read();
  ledger.failed('dns');
  ledger.skipped('robots');
  assert.throws(() => ledger.balance(), isUnbalanced);
});

it('totals that were taken do not change afterwards', () => {
  const ledger = new Ledger();
  ledger.read();
  ledger.failed('dns');
  const before = ledger.totals();
  ledger.read();
  ledger.failed('dns');
  assert.deepEqual([before.read, before.failedByCode], [1, { dns: 1 }]);
});

it('read = linked + empty + failed + skipped at any time, lines in work left out', () => {
  const outcome = fc.constantFrom('linked', 'empty', 'failed', 'skipped', 'open');
  fc.assert(
    fc.property(fc.array(outcome), (outcomes) => {
      const ledger = new Ledger();
      for (const name of outcomes) {
        ledger.read();
        if (name === 'linked') ledger.page(1, 10);
        if (name === 'empty') ledger.page(0, 10);
        if (name === 'failed') ledger.failed('reset');
        if (name === 'skipped') ledger.skipped('shard');
        const { read, linked, empty, failed, skipped } = ledger.totals();
        assert.equal(read, linked + empty + failed + skipped);
      }
      assert.equal(ledger.open, outcomes.filter((name) => name === 'open').length);
      assert.equal(ledger.totals().read + ledger.open, ledger.lines);
    }),
  );
});

function isUnbalanced(error: unknown): boolean {
  return error instanceof StageError && error.code === 'ACCOUNTING';
}
