/** What a step keeps in a checkpoint: plain JSON, and small, since each checkpoint has it whole. What is large goes into a file. */
export type StepState = null | boolean | number | string | readonly StepState[] | { readonly [key: string]: StepState };

/** What a stateful step is given where the run keeps a checkpoint. */
export interface StepCheckpoint {
  /** What its `save` gave for the checkpoint that is taken up. Undefined: the run begins at the first line. */
  readonly state: StepState | undefined;
  /** Path of a file of the step's own, beside the checkpoint. A run that begins at the first line may find an old one there. */
  readonly path: string;
  /** The line before which all are done, as of now. Never falls. */
  low(): number;
}
