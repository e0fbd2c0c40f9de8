// Preloaded: ends the process where sign-in is about to send its first request. By then the Graph client's
// code is loaded and the credential is made; the first thing that follows is one of Node's own web classes.
"use strict";

for (const name of ["Headers", "FormData"]) {
  Object.defineProperty(globalThis, name, { get: () => process.exit(0) });
}
// Beside it the one-time-password service is tried. Nothing is sent in here.
globalThis.Request = function noRequest() {
  throw new Error("no network");
};
