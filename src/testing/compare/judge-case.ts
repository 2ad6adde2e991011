import { isDeepStrictEqual } from 'node:util';
import type { TestCase } from '../document/test-file.ts';
import type { Observation } from '../run/run-case.ts';
import { requestRows } from './request-table.ts';
import { compareRows, type DiffLine } from './row-match.ts';

/** An expectation that was not met. */
export interface Difference {
  /** The key of what was expected: `rows`, `summary`; `answers` where one was lacking, `run` where it could not go on. */
  readonly what: 'rows' | 'contains' | 'failures' | 'pages' | 'requests' | 'summary' | 'exitCode' | 'answers' | 'run';
  readonly lines: readonly DiffLine[];
}

/** Compares what came of a case with what was expected. What is not named is not looked at. `errorText` tells of an error. */
export function judgeCase(
  { expected }: Pick<TestCase, 'expected'>,
  observation: Observation,
  errorText: (error: unknown) => string,
): readonly Difference[] {
  const { unanswered, error } = observation;
  const differences: Difference[] = [];
  const add = (what: Difference['what'], lines: readonly DiffLine[]) => {
    if (lines.some(({ kind }) => kind !== 'same')) differences.push({ what, lines });
  };
  add(
    'answers',
    unanswered.map((text) => ({ kind: 'extra', text })),
  );
  if (error !== undefined && expected?.exitCode === undefined) {
    add('run', [{ kind: 'extra', text: errorText(error) }]);
  }
  if (expected === undefined) return differences;
  const { rows, contains, failures, pages, requests, summary, exitCode, unordered } = expected;
  const whole = { isUnordered: false, isPart: false };
  if (rows !== undefined) add('rows', compareRows(rows, observation.rows, { ...whole, isUnordered: unordered }));
  if (contains !== undefined) add('contains', compareRows(contains, observation.rows, { ...whole, isPart: true }));
  if (failures !== undefined) add('failures', compareRows(failures, observation.failures, whole));
  if (pages !== undefined) add('pages', compareRows(pages, observation.pages, whole));
  if (requests !== undefined) {
    const { expected: wanted, table } = requestRows(requests, observation.requests);
    add('requests', compareRows(wanted, table, whole));
  }
  if (summary !== undefined) add('summary', valueLines(summary, observation.summary));
  if (exitCode !== undefined) add('exitCode', valueLines({ exitCode }, { exitCode: observation.exitCode }));
  return differences;
}

/** A line, or two, for each value that is expected by its name. */
function valueLines(
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): readonly DiffLine[] {
  const show = (name: string, value: unknown) => `${name}: ${JSON.stringify(value)}`;
  return Object.entries(expected)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]): DiffLine[] => {
      if (isDeepStrictEqual(value, found[name])) return [{ kind: 'same', text: show(name, value) }];
      return [
        { kind: 'missing', text: show(name, value) },
        { kind: 'extra', text: show(name, found[name]) },
      ];
    });
}
