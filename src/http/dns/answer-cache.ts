import type { RecordError } from '../../core/errors.ts';
import type { HostAddress } from './hosts-file.ts';

/** What was learned of a name. */
export interface NameAnswer {
  /** The addresses that may be connected to; none where there is an error. */
  readonly addresses: readonly HostAddress[];
  readonly error?: RecordError;
  /** Until when it holds, on the caller's clock. */
  readonly untilMs: number;
  /** Look-ups in a row that got no answer, this one included. */
  readonly failures: number;
  /** When the name may be asked for again. */
  readonly nextMs: number;
}

/** Names with their answers, those that no longer hold among them. Bound: `maxNames`; the ones that were added first go first. */
export class AnswerCache {
  readonly #answers = new Map<string, NameAnswer>();
  readonly #maxNames: number;

  constructor(maxNames: number) {
    this.#maxNames = maxNames;
  }

  /** Names that it holds. */
  get size(): number {
    return this.#answers.size;
  }

  get(name: string): NameAnswer | undefined {
    return this.#answers.get(name);
  }

  set(name: string, answer: NameAnswer): void {
    this.#answers.delete(name);
    this.#answers.set(name, answer);
    if (this.#answers.size <= this.#maxNames) return;
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      break;
    }
  }
}
