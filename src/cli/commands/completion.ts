import { ConfigError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { bashCompletion } from '../reference/bash-completion.ts';
import { describeCommands } from '../reference/describe-commands.ts';
import { fishCompletion } from '../reference/fish-completion.ts';
import { zshCompletion } from '../reference/zsh-completion.ts';

/** The shells that we have a completion for. */
const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const SHELLS = Object.keys(SCRIPTS);

/**
 * `sluice completion`: prints a script by which a shell completes our commands, flags and values.
 *
 * The script holds all of it, so that nothing is run when the tabulator key is pressed.
 */
export const completionCommand: Command = {
  name: 'completion',
  summary: 'Prints the script by which bash, zsh or fish completes sluice.',
  positional: {
    name: 'shell',
    description: `${SHELLS.join(', ')}; left out, by the variable SHELL.`,
    isRequired: false,
    isList: false,
    candidates: SHELLS,
  },
  flags: () => ({}),
  examples: [
    ['source <(sluice completion bash)', 'in ~/.bashrc'],
    ['source <(sluice completion zsh)', 'in ~/.zshrc, behind compinit'],
    ['sluice completion fish > ~/.config/fish/completions/sluice.fish', ''],
  ],
  run: ({ positionals, io, registry, commands }) => {
    const shell = positionals[0] ?? shellOf(io.env['SHELL']);
    if (!isShell(shell)) {
      throw new ConfigError(`expected a shell, one of ${SHELLS.join(', ')}, got ${JSON.stringify(shell)}.`);
    }
    io.stdout.write(SCRIPTS[shell](describeCommands(commands, registry)));
    return exitCodes.ok;
  },
};

/** The name of the shell that a user has: `/usr/bin/zsh` is zsh. Without one, bash. */
function shellOf(path: string | undefined): string {
  const name = path?.split('/').at(-1) ?? '';
  return name === '' ? 'bash' : name;
}

function isShell(name: string): name is keyof typeof SCRIPTS {
  return Object.hasOwn(SCRIPTS, name);
}
