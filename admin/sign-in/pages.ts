import { type Html, html } from '../pages/html.ts';
import { layout } from '../pages/layout.ts';

/** The pages in front of the board. They work without JavaScript. */

export interface SignInForm {
  /** Proves, when it comes back, that the form is ours; see `ForgeryGuard`. */
  forgeryToken: string;
  /** Where to go afterwards. */
  to: string;
  /** Which of the two ways was tried. */
  way: 'client' | 'token';
  /** What was typed as client; a secret is never given back. */
  client?: string | undefined;
  /** What went wrong, in plain words. */
  error?: string | undefined;
  /** It went wrong because of what was typed. */
  isMistyped?: boolean;
  /** What else there is to say: that one has been signed out. */
  notice?: string | undefined;
}

export const signInPage = ({ forgeryToken, to, way, client = '', error, isMistyped, notice }: SignInForm): Html => {
  const hidden = html`<input type="hidden" name="csrf" value="${forgeryToken}">
        <input type="hidden" name="to" value="${to}">`;
  const problem = error && html`<p class="message error" role="alert" id="problem">${error}</p>`;
  const isWrong = error ? html` aria-describedby="problem"${isMistyped && html` aria-invalid="true"`}` : undefined;
  const byToken = way === 'token';
  return page(
    'Sign in',
    html`
      <h1>Sign in</h1>
      <p class="lead">The board is for operators: it needs the scope <code>oms.admin</code>.</p>
      ${notice && html`<p class="message" role="status">${notice}</p>`}
      ${!byToken && problem}
      <form method="post" action="/admin/sign-in" autocomplete="on">
        ${hidden}
        <label for="client">Client</label>
        <input id="client" name="client" value="${client}" required maxlength="200" autocomplete="username"
          autocapitalize="none" spellcheck="false"${!byToken && isWrong}${!byToken && !client && html` autofocus`}>
        <label for="secret">Secret</label>
        <input id="secret" name="secret" type="password" required maxlength="1000" autocomplete="current-password"
          ${!byToken && isWrong}${!byToken && client && html` autofocus`}>
        <button type="submit">Sign in</button>
      </form>
      <details${byToken && html` open`}>
        <summary>Sign in with a token</summary>
        ${byToken && problem}
        <form method="post" action="/admin/sign-in" autocomplete="off">
          ${hidden}
          <label for="token">Access token</label>
          <textarea id="token" name="token" rows="4" required maxlength="16000" autocomplete="off" autocapitalize="none"
            spellcheck="false"${byToken && isWrong}${!isWrong && html` aria-describedby="token-hint"`}${byToken && html` autofocus`}></textarea>
          <p class="hint" id="token-hint">From OIDM. It is checked and forgotten; only a session of some minutes is kept.</p>
          <button type="submit" class="second">Sign in with this token</button>
        </form>
      </details>`,
  );
};

export interface SignOutForm {
  forgeryToken: string;
  subject: string;
  client: string;
  minutesLeft: number;
}

export const signOutPage = ({ forgeryToken, subject, client, minutesLeft }: SignOutForm): Html =>
  page(
    'Sign out',
    html`
      <h1>Signed in as ${subject}</h1>
      <p class="lead">${subject !== client && html`Through the client ${client}. `}The session ends by itself in ${
        minutesLeft === 1 ? 'a minute' : `${minutesLeft} minutes`
      }.</p>
      <form method="post" action="/admin/sign-out">
        <input type="hidden" name="csrf" value="${forgeryToken}">
        <button type="submit" autofocus>Sign out</button>
      </form>
      <p class="aside"><a href="/admin">Back to the board</a></p>`,
  );

/** A form that was sent without the token that belongs to the session. */
export const outOfDatePage = (address: string): Html =>
  page(
    'Nothing was changed',
    html`
      <h1>Nothing was changed</h1>
      <p class="lead">The page had been open for too long, or it was not one of ours.</p>
      <p class="aside"><a href="${address}">Load it again</a></p>`,
  );

/**
 * A cookie that is SameSite=Strict does not come along when a link on another site leads here, in a chat or a ticket. The
 * browser is sent to the same address once more, this time by ourselves, and then it does.
 */
export const onceMorePage = (address: string): Html =>
  page(
    'One moment',
    html`<p class="lead"><a href="${address}">To the board</a></p>`,
    html`<meta http-equiv="refresh" content="0; url=${address}">`,
  );

const page = (title: string, content: Html, head?: Html): Html =>
  layout({
    title,
    head,
    content: html`<section class="card">${content}
      </section>`,
  });
