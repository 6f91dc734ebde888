import { type Html, html } from './html.ts';

/** What our own pages have in common, beside those of Bull Board. They work without JavaScript. */
export interface PageParts {
  title: string;
  content: Html;
  /** Beside the name of the system. */
  navigation?: Html | undefined;
  /** What else belongs into the head. */
  head?: Html | undefined;
}

export const layout = ({ title, content, navigation, head }: PageParts): Html => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Output Management System</title>
    <link rel="icon" type="image/svg+xml" href="/admin/sign-in/mark.svg">
    <link rel="stylesheet" href="/admin/sign-in/style.css">
    ${head}
  </head>
  <body>
    <main>
      <header>
        <img src="/admin/sign-in/mark.svg" alt="">
        <p><strong>Output Management System</strong><span>Operations board</span></p>
        ${navigation}
      </header>
      ${content}
    </main>
  </body>
</html>
`;
