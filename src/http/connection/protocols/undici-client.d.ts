/** undici's client, which its package declares as a part of the whole only. */
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';

  export default Client;
}
