import type { Client } from './client.ts';
import type { RequestBody } from './documents.ts';

const mostInOne = 1_000;

/** Posts them as a source would that has many, a thousand in a call; answers their ids in the same order. */
export async function postInBulk(client: Client, bodies: readonly RequestBody[]): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < bodies.length; from += mostInOne) {
    const { status, bytes } = await client.fetch('/api/v1/document-requests/bulk', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodies.slice(from, from + mostInOne)),
    });
    if (status !== 200) throw new Error(`bulk: ${status} ${bytes}`);
    const { items } = JSON.parse(bytes.toString()) as { items: { status: number; id?: string }[] };
    const refused = items.find((item) => item.status !== 202);
    if (refused) throw new Error(`bulk: ${JSON.stringify(refused)}`);
    ids.push(...items.map(({ id }) => id as string));
  }
  return ids;
}
