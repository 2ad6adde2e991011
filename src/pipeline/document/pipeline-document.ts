import type { Location, Locator, Part, Path, Position } from '../checks/problems.ts';
import type { SettingKind } from './settings.ts';

/** A pipeline as plain data that knows where each of its values was written. */
export interface PipelineDocument extends Locator {
  /** The file's name as given, or `command line`; for messages. */
  readonly name: string;
  /** Maps, lists, strings, numbers, booleans and nulls; the environment's values are in it, and what `--set` asked for. */
  readonly value: unknown;
  /**
   * Gives `links.yaml:7:18` (1-based) for the value or key at the path, or for the nearest parent that exists;
   * `--timeout` for a value that came from a flag, `--set steps.0.fetch.timeout=5x` for one that was set there.
   */
  place(path: Path, part?: Part): string;
  /** Tells where the value at the path, which is no default, came from. */
  origin(path: Path): Origin;
  /** Names of the environment variables that the file refers to. */
  readonly variables: ReadonlySet<string>;
  /** The folder where its relative paths start; undefined where the file system is not to be looked at. */
  readonly baseDirectory: string | undefined;
  /** Whether it was read from a file. */
  readonly hasFile: boolean;
  /** True: what it would write is not written. Whether it could be, is not asked then. Absent: it is. */
  readonly isRehearsal?: boolean;
}

/** Where a value of a pipeline came from. */
export interface Origin {
  readonly kind: 'file' | SettingKind;
  /** As in messages: `links.yaml:7:18`, `--timeout`, `SLUICE_TIMEOUT`. */
  readonly place: string;
  readonly position?: Position | undefined;
  /** The environment variables that are part of it, `${NAME}` in a file. */
  readonly variables: readonly string[];
}

/**
 * Gives the document for options that came from flags.
 * `labelOf` gives what the value at a path came from (`--timeout`, `SLUICE_TIMEOUT`), or undefined where nothing did.
 */
export function documentFromFlags(
  value: unknown,
  labelOf: (path: Path) => string | undefined,
  baseDirectory?: string,
): PipelineDocument {
  const locate = (path: Path): Location => {
    for (let length = path.length; length > 0; length -= 1) {
      const label = labelOf(path.slice(0, length));
      if (label !== undefined) return { place: label, namesOption: true, order: 0 };
    }
    return { place: COMMAND_LINE, namesOption: false, order: 0 };
  };
  const place = (path: Path) => locate(path).place;
  const origin = (path: Path): Origin => ({
    kind: place(path).startsWith('SLUICE_') ? 'environment' : 'flag',
    place: place(path),
    variables: [],
  });
  return { name: COMMAND_LINE, value, locate, place, origin, variables: new Set(), baseDirectory, hasFile: false };
}

const COMMAND_LINE = 'command line';
