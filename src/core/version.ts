/** The version of this package, as in package.json. A constant, so that nothing has to be read at start; a test keeps the two equal. */
export const VERSION = '0.1.0';

/** Where people learn what asks their server for pages: part of the default User-Agent. */
export const HOMEPAGE = 'https://sluice.example/';
