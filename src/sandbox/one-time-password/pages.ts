import { html } from "hono/html";

/** The form; its options are the lifetimes the server takes, which also tells its version. */
export function formPage(lifetimes: readonly string[]) {
  return html`<!DOCTYPE html>
<html><head><title>Share Secret</title></head><body>
<form role="form" id="password_create" method="post" autocomplete="off">
<input type="text" id="password" name="password" class="form-control" autofocus>
<select class="form-control" name="ttl">
${lifetimes.map((lifetime) => html`<option value="${lifetime}">${lifetime}</option>`)}
</select>
<button type="submit" class="btn btn-primary" id="submit">Generate URL</button>
</form></body></html>`;
}

/** What comes back instead of the link as JSON. */
export function confirmPage(link: string) {
  return html`<!DOCTYPE html>
<html><head><title>Share this link</title></head><body>
<input type="hidden" name="theme" value="light">
<input type="text" class="form-control" id="password-link" value="${link}" readonly="readonly">
</body></html>`;
}

/** What a link shows before it is opened. */
export function previewPage() {
  return html`<!DOCTYPE html>
<html><head><title>Secret</title></head><body>
<form method="post"><button type="submit" id="revealSecret">Reveal secret</button></form>
</body></html>`;
}

/** The value, this once. */
export function revealPage(value: string) {
  return html`<!DOCTYPE html>
<html><head><title>Secret</title></head><body>
<textarea class="form-control" rows="10" cols="50" id="password-text" readonly="readonly">${value}</textarea>
</body></html>`;
}

/** A sign-on page that stands in front of a service and answers 200 to everything. */
export function loginPage() {
  return html`<!DOCTYPE html>
<html><head><title>Sign in</title></head><body>
<form method="post" action="/login"><input type="hidden" name="csrf" value="c3Jm"><input type="text" name="user" value="">
<input type="password" name="pass"></form></body></html>`;
}

/** Any of the service's errors; they are pages even where JSON was asked for. */
export function errorPage(title: string) {
  return html`<!DOCTYPE html>
<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
}
