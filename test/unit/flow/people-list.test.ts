import { expect, test } from "vitest";
import { parsePeople } from "../../../src/flow/scim/people/people-list.ts";

async function read(text: string) {
  async function* chunks() {
    yield Buffer.from(text, "utf8");
  }
  const found: (readonly [string, string | undefined])[] = [];
  for await (const { who, role } of parsePeople(chunks())) found.push([who, role]);
  return found;
}

test("users and groups may stand in columns of their own", async () => {
  const list =
    "Benutzer;Gruppe;Rolle\r\nanna@contoso.com;;User\r\n;Sales;\r\nben@contoso.com;Sales;\r\n;;User\r\n";
  expect(await read(list)).toEqual([
    ["anna@contoso.com", "User"],
    ["Sales", undefined],
    ["ben@contoso.com", undefined],
  ]);
});

test("who lacks one name has another", async () => {
  const id = "00000000-0000-4000-9000-000000000001";
  const list = `mail,objectId,userPrincipalName\nm@x.com,${id},anna@contoso.com\n,${id},\nm@x.com,,\n`;
  expect((await read(list)).map(([who]) => who)).toEqual(["anna@contoso.com", id, "m@x.com"]);
});
