import type { SinkDefinition, SourceDefinition, StepDefinition } from '../../core/stage.ts';
import type { StageChoice } from '../stage-choice.ts';
import type { PipelineTables } from './outputs.ts';
import { type Locator, type Problem, problemAt, quoted } from './problems.ts';

/** The stages of a pipeline that could be made. */
interface Stages {
  readonly source: StageChoice<SourceDefinition> | undefined;
  readonly steps: readonly (StageChoice<StepDefinition> | undefined)[];
  readonly outputs: { readonly [Role in keyof PipelineTables]: StageChoice<SinkDefinition> | undefined };
}

/** Gives a problem for each stage that can't take part in the checkpoint that the pipeline asks for. */
export function checkpointProblems(locator: Locator, { source, steps, outputs }: Stages): readonly Problem[] {
  return [...sourceProblems(locator, source), ...stepProblems(locator, steps), ...outputProblems(locator, outputs)];
}

function sourceProblems(locator: Locator, source: Stages['source']): readonly Problem[] {
  const paths: unknown = source?.options['path'];
  if (source === undefined || !Array.isArray(paths)) return [];
  const twice = paths.findIndex((path, index) => paths.indexOf(path) < index);
  if (twice === -1) return [];
  const text = `the input ${quoted(String(paths[twice]))} is there twice: a checkpoint needs each to have a name of its own`;
  return [problemAt(locator, [...source.path, 'path', twice], text)];
}

/** What a step gives must not depend on the order in which other steps happen to finish. */
function stepProblems(locator: Locator, steps: Stages['steps']): readonly Problem[] {
  const firstOther = steps.findIndex((step) => step !== undefined && step.definition.isStateful !== true);
  return steps.flatMap((step, index) => {
    if (step === undefined || step.definition.isStateful !== true || firstOther === -1 || index < firstOther) return [];
    const other = steps[firstOther]?.definition.name ?? '';
    return [
      problemAt(locator, step.path, `has to stand before ${other}: only there a checkpoint can bring back its state`),
    ];
  });
}

function outputProblems(locator: Locator, outputs: Stages['outputs']): readonly Problem[] {
  return Object.values(outputs).flatMap((output) => {
    if (output === undefined) return [];
    if (output.options['path'] === '-') {
      const text = "standard output can't be cut back to a checkpoint: write to a file";
      return [problemAt(locator, [...output.path, 'path'], text)];
    }
    if (output.definition.verify === undefined) {
      return [problemAt(locator, output.path, `${output.definition.name} can't take part in a checkpoint`)];
    }
    return [];
  });
}
