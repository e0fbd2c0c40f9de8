import { isSuccess } from "../graph/answers.ts";
import { lateGraph } from "../graph/late-client.ts";
import type { IssuedSecret } from "../graph/secrets.ts";
import type { ResolvedPermission } from "../registration/types.ts";
import type { signInAsApp } from "../signin/app-token.ts";
import type { TokenSource } from "../signin/token-source.ts";
import { during, type RunContext } from "./context.ts";
import type { ProofProblem } from "./events.ts";

/** One read that only the permission allows, and that gives nothing but an id. */
const PROOFS: Readonly<Record<string, string>> = {
  "User.Read.All": "/users?$top=1&$select=id",
  "GroupMember.Read.All": "/groups?$top=1&$select=id",
};

/** Consent spreads within seconds; longer than this nobody waits. */
const LIMIT_MS = 30_000;

/** The permissions of a run that can be proved by reading. */
export function provable(permissions: readonly ResolvedPermission[]): readonly ResolvedPermission[] {
  return permissions.filter(({ type, value }) => type === "Role" && value in PROOFS);
}

/**
 * Signs in as the new application with its new secret and reads one object per permission, so that the
 * vendor does not find out later. A failure is a warning: the registration is complete either way.
 *
 * @param lost is aborted where the secret could not be handed over: it is removed then, and proves nothing.
 */
export async function prove(
  context: RunContext,
  app: { readonly tenantId: string; readonly appId: string },
  issued: IssuedSecret,
  permissions: readonly ResolvedPermission[],
  lost: AbortSignal,
): Promise<void> {
  const { clock } = context.ports;
  const stop = AbortSignal.any([context.signal, lost]);
  const start = clock.now().getTime();
  await during(context, "prove", async () => {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await tryProof(context, { ...app, secret: issued.secret }, permissions);
      if (!failure) return;
      const ms = Math.min(1000 * 2 ** (attempt - 1), 5000);
      if (clock.now().getTime() - start + ms > LIMIT_MS || stop.aborted) throw new ProofFailure(failure);
      context.report({ kind: "wait", wait: { ms, reason: "replication", host: "Microsoft Entra", attempt } });
      await clock.sleep(ms, stop);
    }
  }).catch((error: unknown) => {
    if (lost.aborted) return;
    const failure = error instanceof ProofFailure ? error.failure : { problem: "other" as const, detail: "" };
    context.report({ kind: "proofFailed", ...failure });
  });
}

interface Failure {
  readonly problem: ProofProblem;
  readonly detail: string;
}

class ProofFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.problem);
    this.failure = failure;
  }
}

async function tryProof(
  { fetch, cloud, ports }: RunContext,
  app: Parameters<typeof signInAsApp>[2],
  permissions: readonly ResolvedPermission[],
): Promise<Failure | undefined> {
  const { signInAsApp: signInAs } = await import("../signin/app-token.ts");
  const answer = await signInAs(fetch, cloud, app);
  if (!answer.ok) return { problem: "secretNotAccepted", detail: answer.detail };
  const tokens: TokenSource = {
    account: {
      way: "environment",
      username: "",
      tenantId: app.tenantId,
      roles: undefined,
      scopes: answer.roles,
      clientId: app.appId,
    },
    getToken: async () => answer.token,
    renewToken: async () => answer.token,
  };
  const graph = lateGraph({ fetch, tokens, ids: ports.ids, origin: cloud.graph });
  const reads = await Promise.all(
    permissions.map(async ({ value }) => ({
      value,
      answer: await graph.send({ method: "GET", path: PROOFS[value] ?? "" }),
    })),
  );
  const refused = reads.filter((read) => !isSuccess(read.answer));
  return refused.length === 0
    ? undefined
    : { problem: "permissionNotEffective", detail: refused.map(({ value }) => value).join(", ") };
}
