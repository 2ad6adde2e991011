import type { StepDefinition } from '../../core/stage.ts';
import type { StageChoice } from '../stage-choice.ts';
import { givesLinks, workerSegment } from '../workers/segment.ts';
import { type Locator, type Problem, problemAt } from './problems.ts';

/** Gives a problem for each step that can't be done by the worker threads that the pipeline asks for, and must be. */
export function workerProblems(
  locator: Locator,
  workers: number | undefined,
  steps: readonly (StageChoice<StepDefinition> | undefined)[],
): readonly Problem[] {
  const choices = steps.filter((step) => step !== undefined);
  if (workers === undefined || workers === 1 || choices.length < steps.length) return [];
  const definitions = choices.map(({ definition }) => definition);
  const segment = workerSegment(definitions);
  if (segment === undefined) {
    const text = 'nothing is fetched, so there is nothing for worker threads to do';
    return [problemAt(locator, ['workers'], text, { code: 'no-effect', severity: 'warning' })];
  }
  const { first, end } = segment;
  const other = choices[end];
  if (other !== undefined && !givesLinks(definitions, segment)) {
    const text = `runs in one thread, and stands where pages are read by ${workers}: leave workers out, or this step`;
    return [problemAt(locator, other.path, text, { code: 'conflict' })];
  }
  return choices.slice(first, end).flatMap(({ definition, options, path }): readonly Problem[] => {
    const obstacle = definition.workers?.(options as never, workers);
    if (obstacle === undefined) return [];
    return [problemAt(locator, [...path, obstacle.option].flat(), obstacle.text, { code: 'conflict' })];
  });
}
