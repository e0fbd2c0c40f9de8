/** The fields of a form body, decoded as the service's framework does; undefined where it answers 400. */
export async function readForm(request: Request): Promise<Map<string, string> | undefined> {
  const type = request.headers.get("Content-Type") ?? "";
  if (/^multipart\/form-data\b/i.test(type)) {
    const fields = await request.formData().catch(() => new FormData());
    return new Map(
      [...fields].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    );
  }
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined;
  const bytes = Buffer.from(await request.arrayBuffer());
  const fields = new Map<string, string>();
  for (const pair of bytes.toString("latin1").split("&")) {
    const [name = "", ...rest] = pair.split("=");
    const value = decode(rest.join("="));
    if (value === undefined) return undefined;
    if (!fields.has(name)) fields.set(name, value);
  }
  return fields;
}

// `+` is a space, `%41` is an A, `%zz` stays as it is, and what comes out must be UTF-8.
function decode(text: string): string | undefined {
  const plain = text
    .replaceAll("+", " ")
    .replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(plain, "latin1"));
  } catch {
    return undefined;
  }
}
