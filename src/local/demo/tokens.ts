import { readyClients } from '#src/sandbox/oidm/clients.ts';

/** Tokens of the OIDM sandbox's ready clients, as those clients would get them: by client credentials (RFC 6749, 4.4). */
export interface Tokens {
  /** Of the client that speaks for this source system. */
  of(sourceSystem: string): Promise<string>;
  /** Of one that may read everything. */
  reader(): Promise<string>;
}

/** By source system; an unknown one is refused by the OMS, not here. */
const clients: Readonly<Record<string, string>> = { ARCADE: 'arcade', CIBT: 'cibt' };

export function sandboxTokens(oidm: string, signal: AbortSignal): Tokens {
  const known = new Map<string, Promise<string>>();
  const token = (client: string): Promise<string> => {
    let asked = known.get(client);
    if (!asked) {
      asked = issue(oidm, client, signal);
      known.set(client, asked);
    }
    return asked;
  };
  return {
    of: (sourceSystem) => token(clients[sourceSystem] ?? 'arcade'),
    reader: () => token('ops'),
  };
}

const secretOf = (client: string) => readyClients.find(({ id }) => id === client)?.secret;

async function issue(oidm: string, client: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`${oidm}/oauth2/rest/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secretOf(client)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal,
  });
  if (!response.ok) throw new Error(`OIDM gave ${client} no token: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}
