/** The shells that we have a completion for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The name of one. */
export type Shell = (typeof SHELLS)[number];
