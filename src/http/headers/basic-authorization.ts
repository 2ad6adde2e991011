/** The value of an Authorization or Proxy-Authorization field for `user:password` (RFC 7617, 2, with UTF-8). */
export function basicAuthorization(userPass: string): string {
  return `Basic ${Buffer.from(userPass).toString('base64')}`;
}

/** The same for the user that a URL names, decoded as far as it can be. */
export function basicAuthorizationOf({ username, password }: URL): string {
  return basicAuthorization(`${percentDecoded(username)}:${percentDecoded(password)}`);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
