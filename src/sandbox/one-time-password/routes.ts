import { type Context, Hono } from "hono";
import type { OneTimePasswordMode } from "../behaviour.ts";
import type { World } from "../world.ts";
import { readForm } from "./form.ts";
import { confirmPage, errorPage, formPage, loginPage, previewPage, revealPage } from "./pages.ts";
import { isKept, keep, take } from "./vault.ts";

const LIFETIMES: Readonly<Record<string, number>> = {
  Month: 2_592_000,
  "Two Weeks": 1_209_600,
  Week: 604_800,
  Day: 86_400,
  Hour: 3600,
};

/** A one-time-password service of the SnapPass kind, of the version and with the faults asked for. */
export function oneTimePasswordRoutes(world: World): Hono {
  const app = new Hono({ getPath: (request) => new URL(request.url).pathname });
  const mode = () => world.behaviour.oneTimePassword;
  app.use(async (c, next) => {
    if (mode() === "redirects") return c.redirect(`https://${new URL(c.req.url).host}/login`, 302);
    if (mode() === "loginPage") return c.html(loginPage());
    return await next();
  });
  app.get("/", (c) => c.html(formPage(lifetimesOf(mode()))));
  app.post("/", async (c) => await store(world, c));
  app.all("/", (c) =>
    c.html(errorPage("405 Method Not Allowed"), 405, { Allow: "GET, HEAD, OPTIONS, POST" }),
  );
  app.get("/:token", (c) => {
    // Before 1.4.2 there was no preview: whatever fetched the link, a scanner too, opened it.
    if (mode() === "1.4.1") return reveal(world, c);
    if (mode() === "failing") return c.html(errorPage("500 Internal Server Error"), 500);
    const there = mode() !== "notStored" && isKept(world, c.req.param("token"));
    return there ? c.html(previewPage()) : c.html(errorPage("Secret not found"), 404);
  });
  app.post("/:token", (c) =>
    mode() === "1.4.1" ? c.html(errorPage("405 Method Not Allowed"), 405) : reveal(world, c),
  );
  app.all("/:token", (c) =>
    c.html(errorPage("405 Method Not Allowed"), 405, { Allow: "GET, HEAD, OPTIONS, POST" }),
  );
  app.notFound((c) => c.html(errorPage("404 Not Found"), 404));
  return app;
}

function lifetimesOf(mode: OneTimePasswordMode): string[] {
  return Object.keys(LIFETIMES).filter((name) => {
    if (name === "Month") return mode === "month";
    return name !== "Two Weeks" || mode !== "1.4.1";
  });
}

function reveal(world: World, c: Context) {
  if (world.behaviour.oneTimePassword === "failing")
    return c.html(errorPage("500 Internal Server Error"), 500);
  const taken = take(world, c.req.param("token") ?? "");
  if (taken === undefined) return c.html(errorPage("Secret not found"), 404);
  if (taken === "damaged") return c.html(errorPage("500 Internal Server Error"), 500);
  return c.html(revealPage(taken.value));
}

async function store(world: World, c: Context) {
  const mode = world.behaviour.oneTimePassword;
  // With its store down the form page still answers 200.
  if (mode === "failing") return c.html(errorPage("500 Internal Server Error"), 500);
  const form = await readForm(c.req.raw);
  const wanted = form?.get("ttl")?.toLowerCase();
  const name = lifetimesOf(mode).find((lifetime) => lifetime.toLowerCase() === wanted);
  const seconds = name === undefined ? undefined : LIFETIMES[name];
  const password = form?.get("password") ?? "";
  if (seconds === undefined || password === "") return c.html(errorPage("400 Bad Request"), 400);
  const ttl = mode === "wrongTtl" ? 3600 : seconds;
  const token = keep(world, password, { seconds: ttl, encrypt: mode !== "unencrypted" });
  const link = `${originOf(mode, new URL(c.req.url).host)}/${token}`;
  const json = mode !== "1.5.0" && mode !== "1.4.1" && c.req.header("Accept") === "application/json";
  return json ? c.json({ link, ttl }) : c.html(confirmPage(link));
}

function originOf(mode: OneTimePasswordMode, host: string): string {
  if (mode === "httpLink") return `http://${host}`;
  return mode === "foreignLink" ? "https://127.0.0.1:5000" : `https://${host}`;
}
