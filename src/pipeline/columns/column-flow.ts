import type { OptionProblem } from '../../core/columns/column-plan.ts';
import { type Column, type ColumnScope, nameInInput } from '../../core/columns/columns.ts';
import type { Kind } from '../../core/record.ts';
import type { SourceDefinition, StepDefinition } from '../../core/stage.ts';
import { type Locator, type Path, type Problem, problemAt, unknownName } from '../checks/problems.ts';
import type { StageChoice } from '../stage-choice.ts';
import type { OutputColumn } from './output-columns.ts';
import { scopeAfter, sourceScope } from './record-columns.ts';

/** Which columns records have on their way through a pipeline. */
export interface ColumnFlow {
  /** Those that each step takes. */
  readonly steps: readonly ColumnScope[];
  /** Those that reach the sink. */
  readonly end: ColumnScope;
  /** Those that steps read. */
  readonly reads: readonly Column[];
  /** Whether a step reads columns of the input of which the names can't be told. */
  readonly readsAllInput: boolean;
  readonly problems: readonly Problem[];
}

/** What a run has a use for; what nobody shows or reads, stages needn't gather. */
export interface UsedColumns {
  /** Columns of links, by their stable names. */
  readonly link: readonly string[];
  /** Columns of the input, by their names there. */
  readonly input: readonly string[] | 'all';
}

/** Follows the columns from the source to the sink. The stages' neighbours must fit. */
export function followColumns(
  locator: Locator,
  source: StageChoice<SourceDefinition>,
  steps: readonly StageChoice<StepDefinition>[],
): ColumnFlow {
  let kind: Kind = source.definition.output;
  let scope = sourceScope(kind, source.definition.hasColumns === true);
  const taken: ColumnScope[] = [];
  const reads: Column[] = [];
  const problems: Problem[] = [];
  let readsAllInput = false;
  for (const { definition, options, path } of steps) {
    taken.push(scope);
    const plan = definition.columns?.(options as never, scope, kind);
    for (const problem of plan?.problems ?? []) problems.push(optionProblem(locator, path, problem, scope.names));
    for (const name of plan?.reads ?? []) {
      const column = scope.get(name);
      if (column !== undefined) reads.push(column);
      else readsAllInput ||= name === 'input' && scope.hasInput;
    }
    const next: Kind = definition.output === 'same' ? kind : definition.output;
    scope = scopeAfter(plan?.columns ?? scope, kind, next);
    kind = next;
  }
  return { steps: taken, end: scope, reads, readsAllInput, problems };
}

/** Gives the problem of a stage with an option; `columns` are those that it might have meant. */
export function optionProblem(
  locator: Locator,
  path: Path,
  { path: inner, message, unknownColumn }: OptionProblem,
  columns: readonly string[],
): Problem {
  const place = [...path, ...inner];
  if (unknownColumn === undefined) return problemAt(locator, place, message);
  return problemAt(locator, place, unknownName('column', unknownColumn, columns), { code: 'unknown-column' });
}

/** Gives what a run has a use for: what its steps read and its outputs show. */
export function usedColumns(
  { reads, readsAllInput }: ColumnFlow,
  outputs: readonly (readonly Pick<OutputColumn<never>, 'builtIn' | 'field'>[])[],
): UsedColumns {
  const used = [...reads, ...outputs.flat()];
  const link = new Set(used.flatMap(({ builtIn }) => builtIn ?? []));
  const input = new Set(used.flatMap(({ field }) => (field === undefined ? [] : (nameInInput(field) ?? []))));
  return { link: [...link], input: readsAllInput ? 'all' : [...input] };
}
