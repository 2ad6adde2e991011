import type { Kind } from '../../core/record.ts';
import type { StepState } from '../../core/stage/step-state.ts';
import type { StageContext, Step, StepDefinition } from '../../core/stage.ts';
import type { CheckpointSession } from './session.ts';

/** Makes a run's steps, gives the stateful ones back what a checkpoint holds of them, and gathers it for the next one. */
export class StepStates {
  readonly #session: CheckpointSession | undefined;
  readonly #low: () => number;
  readonly #steps: Step<Kind, Kind>[] = [];
  readonly #files: string[] = [];
  /** How many stateful steps there are of each name. */
  readonly #names = new Map<string, number>();

  /** `low` gives the line before which all are done. */
  constructor(session: CheckpointSession | undefined, low: () => number) {
    this.#session = session;
    this.#low = low;
  }

  /** Whether a step has a state. */
  get isStateful(): boolean {
    return this.#steps.length > 0;
  }

  /** What the names of the steps' files have behind the checkpoint's; not every step has one. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Makes a step. In the order of the pipeline. Errors: ConfigError from its `create`. */
  create(definition: StepDefinition, options: Record<string, unknown>, context: StageContext): Step<Kind, Kind> {
    if (definition.isStateful !== true) return definition.create(options, context);
    const count = (this.#names.get(definition.name) ?? 0) + 1;
    this.#names.set(definition.name, count);
    const step = definition.create(options, context, this.#checkpoint(definition.name, count));
    if (step.save === undefined) throw new Error(`the step ${definition.name} is stateful, but has no save`);
    this.#steps.push(step);
    return step;
  }

  /** What a checkpoint is to hold of the steps when all lines before `low` are done. Noted before the call returns. Errors: StageError. */
  save(low: number): Promise<readonly StepState[]> {
    return Promise.all(this.#steps.map(async (step) => (await step.save?.(low)) ?? null));
  }

  /** `count`: a second step of a name has files of its own. */
  #checkpoint(name: string, count: number) {
    if (this.#session === undefined) return undefined;
    const { path, state } = this.#session;
    const ending = count === 1 ? name : `${name}-${count}`;
    this.#files.push(ending);
    return { state: state?.steps[this.#steps.length], path: `${path}.${ending}`, low: this.#low };
  }
}
