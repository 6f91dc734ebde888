/** Why this process cannot do its work, in words that anybody may hear: no host, no user, nobody's document. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}
