import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LiveProcess, type ProcessOptions, type ProcessResult, runProcess } from './process.ts';

/** The compiled program: what users run. */
export const mainPath = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** How a `sluice` is started. */
export interface SluiceOptions extends ProcessOptions {
  /** Arguments for Node itself, before the program: `--max-old-space-size=64`. */
  readonly nodeArguments?: readonly string[];
}

/** Runs the compiled `sluice` as a real process to its end. Standard input is `input`, or empty. */
export function runSluice(
  args: readonly string[],
  options: SluiceOptions & { readonly input?: string | Uint8Array } = {},
): Promise<ProcessResult> {
  return runProcess(process.execPath, commandLine(args, options), options);
}

/** Starts the compiled `sluice`, for tests that watch it at work. `t.after(sluice.stop)` makes sure of its end. */
export function startSluice(args: readonly string[], options: SluiceOptions = {}): LiveProcess {
  return new LiveProcess(process.execPath, commandLine(args, options), options);
}

function commandLine(args: readonly string[], { nodeArguments = [] }: SluiceOptions): readonly string[] {
  if (!existsSync(mainPath)) throw new Error(`there is no ${mainPath}: npm run build`);
  return [...nodeArguments, mainPath, ...args];
}
