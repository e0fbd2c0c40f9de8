import type { Fetch } from "../../src/ports/index.ts";

/**
 * Opens a sign-in page as a browser does whose owner agrees to everything: follows the way back to the
 * program, by link or by form, over a real connection. Where it ends on a page, that page is the answer.
 */
export async function browse(fetch: Fetch, page: string): Promise<string> {
  const answer = await fetch(new Request(page));
  const location = answer.headers.get("Location");
  if (location !== null) return await callBack(location, { method: "GET" });
  const text = await answer.text();
  const target = /<form method="POST" action="([^"]+)"/.exec(text)?.[1];
  if (target === undefined) return text;
  const fields = [...text.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
  const body = new URLSearchParams();
  for (const [, name = "", value = ""] of fields) body.append(plain(name), plain(value));
  return await callBack(plain(target), { method: "POST", body });
}

/** The program may send the browser on to a page without the code, and be gone before it asks for that. */
async function callBack(url: string, init: RequestInit): Promise<string> {
  const first = await globalThis.fetch(url, { ...init, redirect: "manual" });
  const next = first.headers.get("Location");
  if (next === null) return await first.text();
  return await globalThis.fetch(new URL(next, url)).then(
    async (answer) => await answer.text(),
    () => "",
  );
}

function plain(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
