/** Shown in place of a user name and password. */
const MASK = '********';

/**
 * Where an authority stands in a text (RFC 3986, 3.2): behind two slashes, or behind `http:` with any number of them, and with
 * backslashes for slashes, since that is how browsers read it. What ends it also ends a URL in a sentence.
 */
const AUTHORITIES = /(?:https?:[/\\]*|[/\\]{2,})[^/\\?#\s"'<>]*/gi;

/** What stands before the authority of a URL that is a text of its own: a scheme with slashes, or nothing. */
const BEFORE_AUTHORITY = /^(?:https?:|[a-z][a-z0-9+.-]*:(?=[/\\]))?[/\\]*/i;

/**
 * Gives a text with what stands before the `@` of each URL in it masked: for messages, and all that people look at.
 * The user name as well, since many services take a token in its place. Takes time in proportion to the text's length.
 *
 * Whether a text is a URL makes no difference: what failed to parse may hold a password all the same.
 */
export function maskCredentials(text: string): string {
  // Most texts have none, and the search for one character is the fastest there is.
  return text.includes('@') ? text.replace(AUTHORITIES, maskUserInfo) : text;
}

/** As `maskCredentials`, for a line of the input: white space is part of it, and it may have no scheme (`user:password@host/path`). */
export function maskLineCredentials(line: string): string {
  if (!line.includes('@')) return line;
  const start = BEFORE_AUTHORITY.exec(line)?.[0].length ?? 0;
  const length = line.slice(start).search(/[/\\?#]/);
  const end = length === -1 ? line.length : start + length;
  const at = line.slice(start, end).lastIndexOf('@');
  const rest = at === -1 ? line : line.slice(0, start) + MASK + line.slice(start + at);
  return maskCredentials(rest);
}

function maskUserInfo(match: string): string {
  const at = match.lastIndexOf('@');
  if (at === -1) return match;
  const start = BEFORE_AUTHORITY.exec(match)?.[0].length ?? 0;
  return at === start ? match : match.slice(0, start) + MASK + match.slice(at);
}
