import type { SourceItem } from '../../core/stage/source-item.ts';
import type { SourceIdentity, SourceResume } from '../../core/stage.ts';
import { otherInput } from './known-input.ts';
import { type Prefix, PrefixHash } from './prefix-hash.ts';

/**
 * The items of an input that can only be had again from its beginning, known again by their source URLs: those before the
 * place where an earlier run is taken up are passed over.
 *
 * Order: kept. Bound: what an earlier run had been given behind that place is held until it is known to be the same.
 * Errors: StageError `CHECKPOINT_MISMATCH` where other items come than came before.
 */
export class ReplayedItems {
  readonly items: AsyncIterable<readonly SourceItem[]>;
  readonly #name: string;
  readonly #known: Prefix | undefined;
  readonly #from: SourceResume['from'];
  readonly #hash: PrefixHash;

  /** `name` stands for the input in checkpoints and messages. */
  constructor(name: string, items: AsyncIterable<readonly SourceItem[]>, resume: SourceResume | undefined) {
    this.#name = name;
    this.#known = resume?.known[0];
    this.#from = resume?.from;
    this.#hash = new PrefixHash(this.#known);
    this.items = this.#behind(items);
  }

  /** See `Source.identity`. */
  identity(): SourceIdentity {
    const now = this.#hash.prefix;
    // One that an earlier run has read further is still known by that.
    const prefix = this.#known !== undefined && this.#known.bytes > now.bytes ? this.#known : now;
    return [{ input: this.#name, ...prefix }];
  }

  async *#behind(all: AsyncIterable<readonly SourceItem[]>): AsyncGenerator<readonly SourceItem[], void, undefined> {
    const waiting: SourceItem[] = [];
    let isBehind = this.#from === undefined;
    for await (const items of all) {
      for (const item of items) {
        this.#hash.update(Buffer.from(`${item.sourceUrl}\0`));
        isBehind ||= item.origin.input === this.#from?.input && item.origin.line === this.#from.line;
        if (isBehind) waiting.push(item);
      }
      if (this.#hash.isExpected === false) break;
      if (this.#hash.isExpected === true && waiting.length > 0) yield waiting.splice(0);
    }
    if (this.#hash.isExpected !== true) throw otherInput(this.#name, 'what had been read of it has changed');
  }
}
