import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from '../../../src/cli/report/progress.ts';
import type { RunProgress } from '../../../src/pipeline/run/run-progress.ts';

const progress: RunProgress = {
  totals: {
    ...{ read: 1_234_567, linked: 1_200_000, empty: 30_000, failed: 4_000, skipped: 567, rows: 98_765_432 },
    ...{ bytes: 98_700_000_000, failedByCode: {}, skippedByReason: {} },
  },
  lines: 1_234_600,
  inFlight: 64,
  deferred: 0,
  input: { read: 250, total: 1000 },
};
const WHOLE =
  '1,234,567 done · 1,235/s · 25% read · 50m 00s left · 64 in flight · 1,230,000 ok · 4,000 failed · 567 skipped · 98,765,432 rows · 98.7 GB';

test('the live line has the figures of the run, and the time left where the size of the input is known', () => {
  assert.equal(progressLine(progress, 1_000_000, 200), WHOLE);
  const unknown = { ...progress, input: { read: 250, total: null } };
  assert.equal(progressLine(unknown, 1_000_000, 200), WHOLE.replace(' · 25% read · 50m 00s left', ''));
});

test('the live line says how many lines wait for busy hosts, where there are any', () => {
  const waiting = progressLine({ ...progress, deferred: 1_200 }, 1_000_000, 200);
  assert.equal(waiting, WHOLE.replace(' in flight', ' in flight · 1,200 waiting for busy hosts'));
});

test('the live line is one line: what does not fit the terminal is left out, from its end', () => {
  for (let columns = 20; columns < 150; columns += 1) {
    const line = progressLine(progress, 1_000_000, columns);
    assert.ok(line.length < columns, `${line.length} characters in ${columns} columns`);
    assert.ok(
      WHOLE.startsWith(line) && / (?:done|read|left|flight|ok|failed|skipped|rows|GB|\S+\/s)$/.test(` ${line}`),
      line,
    );
  }
  assert.equal(progressLine(progress, 1_000_000, 5), '1,234,567 done', 'it says something at least');
});
