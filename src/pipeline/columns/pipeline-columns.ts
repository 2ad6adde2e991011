import type { ColumnScope } from '../../core/columns/columns.ts';
import type { SinkDefinition, SourceDefinition, StepDefinition } from '../../core/stage.ts';
import { type ResolvedColumns, resolveColumns } from '../checks/columns.ts';
import type { Locator, Problem } from '../checks/problems.ts';
import type { StageChoice } from '../stage-choice.ts';
import { type ColumnFlow, followColumns, optionProblem, type UsedColumns, usedColumns } from './column-flow.ts';
import {
  type ColumnChoice,
  type Entries,
  linkChoice,
  type OutputColumn,
  type OutputRole,
  reportChoice,
} from './output-columns.ts';
import { sourceScope } from './record-columns.ts';

/** A sink with the columns that it writes. */
export interface OutputChoice<Role extends OutputRole = OutputRole> extends StageChoice<SinkDefinition> {
  readonly columns: readonly OutputColumn<Entries[Role]>[];
}

/** The stages of a pipeline of which the columns are wanted; undefined in the place of one that could not be made. */
export interface ColumnStages {
  readonly source: StageChoice<SourceDefinition> | undefined;
  readonly steps: readonly (StageChoice<StepDefinition> | undefined)[];
  readonly sinks: readonly StageChoice<SinkDefinition>[];
  readonly failures: StageChoice<SinkDefinition> | undefined;
  readonly pages: StageChoice<SinkDefinition> | undefined;
}

/** The columns of a pipeline. */
export interface PipelineColumns {
  /** Those that each step takes. */
  readonly scopes: readonly ColumnScope[];
  /** What a run has a use for. */
  readonly used: UsedColumns;
  readonly sinks: readonly OutputChoice<'sink'>[];
  readonly failures: OutputChoice<'failures'> | undefined;
  readonly pages: OutputChoice<'pages'> | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Follows the columns from the source through the steps into the outputs.
 *
 * `isWhole`: every stage could be made, and they fit. Otherwise the columns are followed as far as that makes sense: a
 * sink's are checked where no step that is there would have changed them.
 */
export function pipelineColumns(locator: Locator, stages: ColumnStages, isWhole: boolean): PipelineColumns {
  const { source, steps, sinks, failures, pages } = stages;
  const hasInput = source?.definition.hasColumns === true;
  const flow = isWhole && source !== undefined ? followColumns(locator, source, present(steps)) : undefined;
  const problems: Problem[] = [...(flow?.problems ?? [])];
  const resolved = <Role extends OutputRole>(
    choice: StageChoice<SinkDefinition>,
    columns: ColumnChoice<Entries[Role]>,
  ): OutputChoice<Role> => {
    const result: ResolvedColumns<Entries[Role]> = resolveColumns(locator, choice, columns);
    problems.push(...result.problems);
    const headers = result.columns.map(({ header }) => header);
    for (const problem of choice.definition.checkColumns?.(choice.options, headers) ?? []) {
      problems.push(optionProblem(locator, choice.path, problem, headers));
    }
    return { ...choice, columns: result.columns };
  };
  const end = endScope(flow, steps, hasInput);
  const rowSinks = end === undefined ? [] : sinks.map((sink) => resolved<'sink'>(sink, linkChoice(end)));
  const reports = {
    failures: failures && resolved<'failures'>(failures, reportChoice('failures', hasInput)),
    pages: pages && resolved<'pages'>(pages, reportChoice('pages', hasInput)),
  };
  const shown = [...rowSinks, ...present([reports.failures, reports.pages])].map(({ columns }) => columns);
  const used = flow === undefined ? { link: [], input: [] } : usedColumns(flow, shown);
  return { scopes: flow?.steps ?? [], used, sinks: rowSinks, ...reports, problems };
}

function endScope(
  flow: ColumnFlow | undefined,
  steps: ColumnStages['steps'],
  hasInput: boolean,
): ColumnScope | undefined {
  if (flow !== undefined) return flow.problems.length === 0 ? flow.end : undefined;
  const couldChange = steps.some((step) => step === undefined || step.definition.columns !== undefined);
  return couldChange ? undefined : sourceScope('links', hasInput);
}

function present<Item>(items: readonly (Item | undefined)[]): readonly Item[] {
  return items.filter((item) => item !== undefined);
}
