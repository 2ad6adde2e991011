import type { AnyRecord, Link, Value } from '../record.ts';

/** What the values of a column are; null beside them. `any`: not known before the run. */
export type ColumnType = 'string' | 'int' | 'double' | 'bool' | 'any';

/** A column that records have at some place of a pipeline. */
export interface Column {
  readonly type: ColumnType;
  /** One sentence for the reference. */
  readonly summary: string;
  /** Its value for a record, and at links for one of the record's links. */
  readonly read: (record: AnyRecord, link?: Link) => Value;
  /** Its stable name, where it is one that records have by themselves: a step may have renamed it. */
  readonly builtIn?: string;
  /** Where its value is kept, when a step or the source has made it: a key of the `fields` of a link or a record. */
  readonly field?: string;
}

/** In front of the name of a column that comes from the input: `input.category`. */
const INPUT_PREFIX = 'input.';

/** Gives the name, here and as a field, of a column that the input has: `category` is `input.category`. */
export function inputColumnName(name: string): string {
  return INPUT_PREFIX + name;
}

/** Gives the name that a column has in the input; undefined for a column that isn't from there. */
export function nameInInput(column: string): string | undefined {
  return column.startsWith(INPUT_PREFIX) && column.length > INPUT_PREFIX.length
    ? column.slice(INPUT_PREFIX.length)
    : undefined;
}

/** Gives a column whose values are kept in the fields of a record or, at links, of a link; a link's own comes first. */
export function fieldColumn(field: string, type: ColumnType, summary: string): Column {
  return {
    type,
    summary,
    field,
    read: (record, link) => {
      // A link may have it without a value, and that is its own.
      const own = link?.fields?.[field];
      return own === undefined ? (record.fields?.[field] ?? null) : own;
    },
  };
}

/**
 * The columns that records have at one place of a pipeline, by the names by which they are called there.
 *
 * Where the input has columns of its own, every `input.NAME` is one: which there are is known when the input is opened.
 */
export class ColumnScope {
  readonly #columns: ReadonlyMap<string, Column>;
  readonly #hasInput: boolean;

  constructor(columns: ReadonlyMap<string, Column> = new Map(), hasInput = false) {
    this.#columns = columns;
    this.#hasInput = hasInput;
  }

  /** The names, in order; those of the input's columns are not among them. */
  get names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** Whether the input has columns of its own. */
  get hasInput(): boolean {
    return this.#hasInput;
  }

  /** The column of a name; undefined where there is none. */
  get(name: string): Column | undefined {
    const column = this.#columns.get(name);
    if (column !== undefined || !this.#hasInput || nameInInput(name) === undefined) return column;
    return fieldColumn(name, 'any', 'A column of the input.');
  }

  /** The scope with a further column; one of that name before is no longer to be had. */
  with(name: string, column: Column): ColumnScope {
    return new ColumnScope(new Map([...this.#columns, [name, column]]), this.#hasInput);
  }

  /** The scope with these columns under other names, in the same order. A column of the input gets its name behind the others. */
  renamed(names: ReadonlyMap<string, string>): ColumnScope {
    const columns = [...this.#columns].map(([name, column]) => [names.get(name) ?? name, column] as const);
    for (const [from, to] of names) {
      const column = this.#columns.has(from) ? undefined : this.get(from);
      if (column !== undefined) columns.push([to, column]);
    }
    return new ColumnScope(new Map(columns), this.#hasInput);
  }

  /** The scope without these columns. */
  without(names: readonly string[]): ColumnScope {
    return new ColumnScope(new Map([...this.#columns].filter(([name]) => !names.includes(name))), this.#hasInput);
  }

  /**
   * A field in which a step may keep a column that it calls `name`: no other column of the scope is kept there, and no
   * object has it by itself, as it has `constructor`.
   */
  freeField(name: string): string {
    const taken = new Set([...this.#columns.values()].map(({ field }) => field));
    let field = name;
    while (taken.has(field) || field in Object.prototype) field += "'";
    return field;
  }
}
