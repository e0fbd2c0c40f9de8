import { describe, expect, inject, onTestFinished, test } from "vitest";
import { EXAMPLE } from "../../src/sandbox/index.ts";
import type { LogItem } from "../../src/sandbox/provisioning/state.ts";
import { inTerminal, piped } from "../support/program.ts";
import { aJobState, CREDENTIALS } from "../support/provisioned.ts";
import { KEYS, open } from "../support/pty.ts";
import { type Outpost, serve } from "../support/served.ts";

const outpost = serve();
const FLAGS = ["--template=flexwhere", `--tenant-id=${EXAMPLE.tenantId}`, "--app-name=FlexWhere SCIM"];

/** A place with a job that runs. */
async function running() {
  const place = outpost();
  const made = await piped(place, [...FLAGS, "--yes", "--no-input"]);
  expect(made.exitCode, made.stderr).toBe(0);
  const { state } = place.sandbox;
  const [principal] = state.servicePrincipals;
  const job = { ...aJobState(), logs: [entry("Anna", 60)] };
  state.provisioning = { [principal?.id ?? ""]: { credentials: CREDENTIALS, job } };
  return { place, job };
}

function entry(displayName: string, secondsAgo: number): LogItem {
  const identity = { id: displayName, displayName, identityType: "User", details: {} };
  return {
    id: displayName,
    activityDateTime: new Date(Date.now() - secondsAgo * 1000).toISOString(),
    jobId: aJobState().id,
    provisioningAction: "create",
    provisioningStatusInfo: { status: "success", errorInformation: null },
    sourceIdentity: identity,
    targetIdentity: identity,
    provisioningSteps: [],
    modifiedProperties: [],
  };
}

const questions = ({ sandbox }: Outpost) =>
  sandbox.requests.filter(({ url }) => url.includes("/auditLogs/provisioning")).length;

/** Waits until the logs were asked for so often. */
async function asked(place: Outpost, times: number): Promise<void> {
  for (let wait = 0; wait < 600 && questions(place) < times; wait += 1) {
    await new Promise((wake) => setTimeout(wake, 100));
  }
  expect(questions(place)).toBeGreaterThanOrEqual(times);
}

test.each([60, 90])("scim status in a terminal of %i columns", async (cols) => {
  const { place } = await running();
  const pty = inTerminal(place, ["scim", "status", ...FLAGS], { cols });
  expect(await pty.exit()).toBe(0);
  const screen = pty.screen();
  expect(screen).toContain('Provisioning of "FlexWhere SCIM" is running.');
  expect(screen).toMatch(/Next cycle +/);
  const shown = screen.slice(screen.indexOf("Provisioning of"));
  const broken = shown.split("\n").filter((line) => line.length > cols && !/\/|[0-9a-f-]{36}/.test(line));
  expect(broken).toEqual([]);
});

describe("scim logs --follow", () => {
  test("in a terminal: what is there, then what arrives; Ctrl-C ends it with 0 and no word", async () => {
    const { place, job } = await running();
    const pty = inTerminal(place, ["scim", "logs", "--follow", ...FLAGS]);
    await pty.until(/Anna created[^]*Waiting for more/);
    job.logs.push(entry("Ben", 1));
    await pty.until(/Ben created/);
    pty.type(KEYS.ctrlC);
    expect(await pty.exit()).toBe(0);
    expect(pty.screen().match(/Anna created/g)).toHaveLength(1);
    expect(pty.screen()).not.toMatch(/Stopp|Ctrl-C again/);
  });

  test.skipIf(process.platform === "win32")("ends by itself when its reader has enough", async () => {
    const { place, job } = await running();
    const command = [process.execPath, inject("product").bin, "scim", "logs", "--follow", ...FLAGS];
    const words = command.map((word) => `'${word}'`).join(" ");
    const pty = open("/bin/sh", ["-c", `${words} | head -1`], { cwd: place.folder, env: place.env });
    onTestFinished(() => pty.kill());
    await pty.until(/Provisioning logs of/);
    job.logs.push(entry("Ben", 1), entry("Cid", 1));
    expect(await pty.exit()).toBe(0);
  });

  test("piped: a line of JSON for each entry, and nothing else on standard output", async () => {
    const { place, job } = await running();
    let pid = 0;
    const ending = piped(place, ["scim", "logs", "--follow", "--json", ...FLAGS], {
      onStart: (id) => {
        pid = id;
      },
    });
    await asked(place, 1);
    job.logs.push(entry("Ben", 1));
    await asked(place, 3);
    process.kill(pid, "SIGINT");
    const { exitCode, stdout, stderr } = await ending;
    expect(exitCode, stderr).toBe(0);
    const lines = stdout.trim().split("\n");
    const ids = lines.map((line) => (JSON.parse(line) as { entry: { id: string } }).entry.id);
    expect(ids).toEqual(["Anna", "Ben"]);
    expect(stdout + stderr).not.toContain("\u001B");
  });
});
