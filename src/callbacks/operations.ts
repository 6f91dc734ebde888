import Joi from 'joi';
import { type Operation, operation } from '#src/api/operation.ts';
import { Problem } from '#src/api/problem.ts';
import { clientSecret } from './signature.ts';

const secret = Joi.object({
  secret: Joi.string()
    .pattern(/^whsec_/)
    .required()
    .description('Base64 after `whsec_`, as the libraries of Standard Webhooks take it')
    .example('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
});

/** What a client needs to believe that it is us who calls. */
export const callbackOperations = ({ key }: { key: string | undefined }): Operation[] => [
  operation({
    id: 'getCallbackSecret',
    method: 'get',
    path: '/callbacks/secret',
    tag: 'Events',
    summary: 'The secret that signs what is posted to your `callbackUrl`s',
    description:
      'A request may name a `callbackUrl` on one of the hosts that are allowed for its client: its final status is posted there as a CloudEvent, signed according to Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`). The id is that of the event and stays the same when the call is repeated. A callback is a courtesy that may be lost; the feed is the promise.',
    scopes: ['oms.request'],
    answers: {
      200: { description: "This client's own secret", content: { 'application/json': { schema: secret } } },
    },
    problems: ['OMS_CALLBACKS_NOT_CONFIGURED'],
    handle({ response, caller }) {
      if (key === undefined) throw new Problem('OMS_CALLBACKS_NOT_CONFIGURED', 'nobody is called back from here');
      response.set('cache-control', 'no-store').json({ secret: clientSecret(key, caller.client) });
    },
  }),
];
