import { ConfigError } from '../../core/errors.ts';
import type { SinkDefinition, SourceDefinition, StepDefinition } from '../../core/stage.ts';
import type { StageChoice } from '../stage-choice.ts';
import { type Locator, type Problem, problemAt, quoted } from './problems.ts';

/** The stages of a pipeline that could be made. */
interface Stages {
  readonly source: StageChoice<SourceDefinition> | undefined;
  readonly steps: readonly (StageChoice<StepDefinition> | undefined)[];
  readonly outputs: readonly StageChoice<SinkDefinition>[];
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
  return [problemAt(locator, [...source.path, 'path', twice], text, { code: 'no-checkpoint' })];
}

/**
 * Makes sure that a run that is to start over keeps a checkpoint. `label` is what asks for it, for the message.
 *
 * Errors: ConfigError.
 */
export function checkRestart({ checkpoint }: { readonly checkpoint?: string | undefined }, label: string): void {
  if (checkpoint !== undefined) return;
  const advice = 'leave it out, or name the checkpoint (--checkpoint FILE, or checkpoint: FILE in the pipeline file)';
  throw new ConfigError(`${label}: there is no checkpoint to start over from: ${advice}.`);
}

/** What a step gives must not depend on the order in which other steps happen to finish. */
function stepProblems(locator: Locator, steps: Stages['steps']): readonly Problem[] {
  const firstOther = steps.findIndex((step) => step !== undefined && !keepsItsPlace(step.definition));
  return steps.flatMap((step, index) => {
    if (step === undefined || step.definition.isStateful !== true || firstOther === -1 || index < firstOther) return [];
    const other = steps[firstOther]?.definition.name ?? '';
    const text = `has to stand before ${other}: only there a checkpoint can bring back its state`;
    return [problemAt(locator, step.path, text, { code: 'no-checkpoint' })];
  });
}

function keepsItsPlace({ isStateful, isPure }: StepDefinition): boolean {
  return isStateful === true || isPure === true;
}

function outputProblems(locator: Locator, outputs: Stages['outputs']): readonly Problem[] {
  return outputs.flatMap((output) => {
    if (output.options['path'] === '-') {
      const text = "standard output can't be cut back to a checkpoint: write to a file";
      return [problemAt(locator, [...output.path, 'path'], text, { code: 'no-checkpoint' })];
    }
    if (output.definition.verify === undefined) {
      const text = `${output.definition.name} can't take part in a checkpoint`;
      return [problemAt(locator, output.path, text, { code: 'no-checkpoint' })];
    }
    return [];
  });
}
