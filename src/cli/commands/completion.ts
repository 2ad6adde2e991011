import { ConfigError } from '../../core/errors.ts';
import type { CommandCode } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { bashCompletion } from '../reference/bash-completion.ts';
import { type CommandDescription, describeCommands } from '../reference/describe-commands.ts';
import { fishCompletion } from '../reference/fish-completion.ts';
import { SHELLS, type Shell } from '../reference/shells.ts';
import { zshCompletion } from '../reference/zsh-completion.ts';

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CommandDescription[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/**
 * `sluice completion`: prints a script by which a shell completes our commands, flags and values.
 *
 * The script holds all of it, so that nothing is run when the tabulator key is pressed.
 */
export const completionCommand: CommandCode = {
  flags: () => ({}),
  examples: [
    ['source <(sluice completion bash)', 'in ~/.bashrc'],
    ['source <(sluice completion zsh)', 'in ~/.zshrc, behind compinit'],
    ['sluice completion fish > ~/.config/fish/completions/sluice.fish', ''],
  ],
  run: async ({ positionals, io, registry, commands }) => {
    const shell = positionals[0] ?? shellOf(io.env['SHELL']);
    if (!isShell(shell)) {
      throw new ConfigError(`expected a shell, one of ${SHELLS.join(', ')}, got ${JSON.stringify(shell)}.`);
    }
    io.stdout.write(SCRIPTS[shell](await describeCommands(commands, registry)));
    return exitCodes.ok;
  },
};

/** The name of the shell that a user has: `/usr/bin/zsh` is zsh. Without one, bash. */
function shellOf(path: string | undefined): string {
  const name = path?.split('/').at(-1) ?? '';
  return name === '' ? 'bash' : name;
}

function isShell(name: string): name is Shell {
  return Object.hasOwn(SCRIPTS, name);
}
