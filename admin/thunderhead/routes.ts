import { join } from 'node:path';
import express, { type Request, type Response, Router } from 'express';
import type { Clock } from '#processors/engine/clock.ts';
import type { Operator } from '../access.ts';
import type { Audit } from '../audit/audit.ts';
import { pageHeaders } from '../sign-in/headers.ts';
import { refuseCall } from '../sign-in/refused.ts';
import { viewCalls } from './calls-view.ts';
import type { SettingsChange, ThunderheadControls } from './controls.ts';
import { readTyped } from './form.ts';
import { type ThunderheadPage, thunderheadPage } from './page.ts';

export interface ThunderheadParts {
  controls: ThunderheadControls;
  /** Whose request this is. */
  operator: () => Operator;
  clock: Clock;
  audit: Audit;
  log: { info(about: object, message: string): void; error(about: object, message: string): void };
}

/** The calls to Thunderhead: a page for people, and the same for scripts. Mounted behind the board's gate. */
export function thunderheadRoutes(parts: ThunderheadParts): Router {
  const routes = Router();
  const readJson = express.json({ limit: '10kb', strict: false });
  routes.get('/thunderhead/style.css', (_request, response) =>
    response.sendFile(join(import.meta.dirname, 'style.css')),
  );
  routes.get('/thunderhead', pageHeaders, (request, response) => showPage(parts, request, response));
  routes.post('/thunderhead', pageHeaders, (request, response) => saveForm(parts, request, response));
  routes.get('/api/thunderhead', async (_request, response) => void response.json(await viewCalls(parts.controls)));
  routes.put('/api/thunderhead', readJson, (request, response) => saveJson(parts, request, response));
  return routes;
}

async function showPage(parts: ThunderheadParts, request: Request, response: Response): Promise<void> {
  const notice = 'saved' in request.query ? 'Saved. Every process goes by it within two seconds.' : undefined;
  await sendPage(parts, response, { notice });
}

async function saveForm(parts: ThunderheadParts, { body }: Request, response: Response): Promise<void> {
  const typed = readTyped(body);
  try {
    const change = await changeSettings(parts, typed);
    if (change.kind === 'changed') return response.redirect(303, '/admin/thunderhead?saved');
    await sendPage(parts, response.status(400), { typed, problems: change.problems });
  } catch (error) {
    parts.log.error({ err: error }, 'the settings for the calls to Thunderhead could not be stored');
    const message = 'The settings could not be stored. What you typed is still here; please try again shortly.';
    await sendPage(parts, response.status(503), { typed, error: message });
  }
}

async function saveJson(parts: ThunderheadParts, { body }: Request, response: Response): Promise<void> {
  const change = await changeSettings(parts, body);
  if (change.kind === 'changed') return void response.json(await viewCalls(parts.controls));
  const errors = change.problems.map(({ field, what }) => ({ field, message: `${field || 'the body'} ${what}` }));
  refuseCall(response, 'OMS_BODY_INVALID', errors.map(({ message }) => message).join('; '), errors);
}

/** The one way to a change, whoever asks for it: who it was, and what they changed, stands in the log. */
async function changeSettings(
  { controls, operator, audit, log }: ThunderheadParts,
  wanted: unknown,
): Promise<SettingsChange> {
  const { subject: actor, client } = operator();
  const change = await controls.change(wanted, actor);
  if (change.kind === 'changed') {
    const { before, after } = change;
    log.info({ actor, client, before, after }, 'the settings for the calls to Thunderhead were changed');
    const target = { type: 'setting', id: 'thunderhead.calls' } as const;
    await audit.record({ actor, client, action: 'setting.change', target, result: 'done', details: { before, after } });
  }
  return change;
}

async function sendPage(
  { controls, operator, clock }: ThunderheadParts,
  response: Response,
  about: Omit<ThunderheadPage, 'view' | 'now' | 'operator'>,
): Promise<void> {
  const view = await viewCalls(controls);
  response.send(thunderheadPage({ view, now: clock.now(), operator: operator(), ...about }).text);
}
