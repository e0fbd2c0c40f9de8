// Preloaded: ends the process where the sign-in library has made its first request and hands it to our network
// port. Beside it the one-time-password service is tried. Nothing is sent in here.
"use strict";

globalThis.Request = function request(url) {
  if (String(url).endsWith("/devicecode")) process.exit(0);
  throw new Error("no network");
};
