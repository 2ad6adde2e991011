import type { StageDefinition } from '../../core/stage.ts';
import { examinePipeline } from '../../pipeline/build.ts';
import { throwProblems } from '../../pipeline/checks/problems.ts';
import type { CommandCode } from '../command.ts';
import { execute } from '../execute.ts';
import { unknownVariables, withEnvironment } from '../flags/environment.ts';
import type { Flags } from '../flags/flags.ts';
import { linksDocument, linksFlags } from '../flags/links-document.ts';
import { readRunFlags, runFlags, runKeyFlags } from '../flags/run-flags.ts';
import { tellWarnings } from '../report/warnings.ts';

/** `sluice links`: fetches the URLs of the arguments, of files or of standard input, and writes their links. The default command. */
export const linksCommand: CommandCode = {
  flags: flagsOf,
  examples: [
    ['sluice < urls.txt > links.tsv', 'every link of every page of a list'],
    ['sluice example.com -f jsonl --select anchors', 'the links of one page'],
    ['sluice -i urls.txt.gz -o links.csv.gz --failures failures.jsonl', 'files, compressed, with what failed'],
  ],
  run: async ({ positionals, flags: own, values, io, registry }) => {
    const { input, ...others } = own;
    // URLs on the command line go before the variable for the input.
    const settable = input === undefined || positionals.length > 0 ? others : { input, ...others };
    const given = withEnvironment(settable, values, io.env);
    const flags = readRunFlags(given);
    const document = linksDocument(positionals, given, registry, io.cwd);
    const { pipeline, problems } = examinePipeline(document, registry);
    throwProblems(problems);
    if (pipeline === undefined) throw new Error('flags without errors must give a pipeline');
    tellWarnings([...problems, ...unknownVariables(own, io.env, new Set())], flags.isQuiet, io);
    const isReadingTerminal = positionals.length === 0 && given.values['input'] === undefined;
    if (isReadingTerminal && io.stdin.isTTY === true && !flags.isQuiet)
      io.stderr.write('sluice: reading URLs from the terminal; ^D ends the list.\n');
    return await execute(pipeline, io.cwd, flags, io);
  },
};

function flagsOf(registry: readonly StageDefinition[]): Flags {
  return { ...linksFlags(registry), ...runKeyFlags, ...runFlags };
}
