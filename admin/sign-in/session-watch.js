// On the board's page: when an answer says that the session has ended, sign in again, and come back to the same place.
// Bull Board itself would take the refusal for data.
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (body) {
  this.addEventListener('load', () => {
    if (this.status !== 401) return;
    const here = location.pathname + location.search;
    location.replace(`/admin/sign-in?ended&to=${encodeURIComponent(here)}`);
  });
  send.call(this, body);
};
