import { type Html, html } from '../pages/html.ts';

/** What the pages about requests have in common. */
export const head = html`<link rel="stylesheet" href="/admin/thunderhead/style.css">
    <link rel="stylesheet" href="/admin/requests/style.css">`;

export const fact = (name: string, value: Html | string): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
