/** An application that may have tokens of its own (client credentials). */
export interface OAuthClient {
  id: string;
  secret: string;
  domain: string;
  scopes: readonly string[];
  roles: readonly string[];
}

/** Ready to be used: a client for each source system, one for operators, and the OMS itself. */
export const readyClients: readonly OAuthClient[] = [
  { id: 'arcade', secret: 'arcade-secret', domain: 'OMSDomain', scopes: ['oms.request'], roles: ['source'] },
  { id: 'cibt', secret: 'cibt-secret', domain: 'OMSDomain', scopes: ['oms.request'], roles: ['source'] },
  {
    id: 'ops',
    secret: 'ops-secret',
    domain: 'OMSDomain',
    scopes: ['oms.read', 'oms.reference', 'oms.admin'],
    roles: ['operator'],
  },
  { id: 'oms', secret: 'oms-secret', domain: 'OMSDomain', scopes: ['thunderhead', 'oms.read'], roles: ['service'] },
];
