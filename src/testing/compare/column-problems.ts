import { type Path, type Problem, problemAt, unknownName } from '../../pipeline/checks/problems.ts';
import type { PipelineDocument } from '../../pipeline/document/pipeline-document.ts';
import type { TestCase } from '../document/test-file.ts';
import type { ExpectedRow } from '../document/test-keys.ts';
import type { Capture } from '../run/captured-outputs.ts';

/** The outputs of a run whose rows may be expected. */
export interface ExpectedOutputs {
  readonly rows: Capture;
  readonly failures: Capture;
  readonly pages: Capture;
}

/** Finds the rows that a case expects and that no run could give: of columns that aren't there, of too many or too few values. */
export function columnProblems(
  document: PipelineDocument,
  { index, expected }: TestCase,
  outputs: ExpectedOutputs,
): readonly Problem[] {
  const problemsOf = (key: 'rows' | 'contains' | 'failures' | 'pages', { table: { columns } }: Capture) =>
    (expected?.[key] ?? []).flatMap((row, at) =>
      rowProblems(document, ['cases', index, 'expected', key, at], row, columns),
    );
  return [
    ...problemsOf('rows', outputs.rows),
    ...problemsOf('contains', outputs.rows),
    ...problemsOf('failures', outputs.failures),
    ...problemsOf('pages', outputs.pages),
  ];
}

function rowProblems(
  document: PipelineDocument,
  path: Path,
  row: ExpectedRow,
  columns: readonly string[],
): readonly Problem[] {
  if (Array.isArray(row)) {
    if (row.length === columns.length) return [];
    const text = `expected ${columns.length} values, of ${columns.join(', ')}, got ${row.length}`;
    return [problemAt(document, path, text)];
  }
  return Object.keys(row)
    .filter((name) => !columns.includes(name))
    .map((name) => {
      const details = { code: 'unknown-column', part: 'key' } as const;
      return problemAt(document, [...path, name], unknownName('column', name, columns), details);
    });
}
