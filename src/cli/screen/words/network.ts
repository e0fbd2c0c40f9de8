import type { NetworkFailure } from "../../../errors.ts";
import type { HostCheck, HostPurpose, HostState } from "../../../flow/check-network.ts";
import { type NetworkTrouble, troubleOf } from "../../../http/errors.ts";
import { say } from "../clean.ts";

/** What stood in the way, with the host as its subject: `graph.microsoft.com …`. */
export function networkProblem(failure: NetworkFailure): string {
  const { cause, proxy, issuer } = failure;
  const by = issuer === undefined ? "" : say`, issued by ${issuer},`;
  const through = proxy === undefined ? "" : say` through the proxy ${proxy}`;
  switch (troubleOf(failure)) {
    case "noName":
      return proxy === undefined
        ? say`cannot be reached: its name is not known here (${cause}).`
        : say`cannot be reached: the name of the proxy ${proxy} is not known here (${cause}).`;
    case "notReached":
      return proxy === undefined
        ? say`cannot be reached: no connection comes about (${cause}).`
        : say`cannot be reached: the proxy ${proxy} does not take the connection (${cause}).`;
    case "silent":
      return `does not answer in time${through} (ETIMEDOUT).`;
    case "cut":
      return say`cannot be reached: the connection` + through + say` is cut off (${cause}).`;
    case "proxyLogIn":
      return loggedInText(failure);
    case "proxyRefuses":
      return (
        `cannot be reached: ${theProxy(proxy)} does not let the request through ` +
        say`(HTTP ${status(cause)}).`
      );
    case "proxyFails":
      return (
        `cannot be reached: ${theProxy(proxy)} does not get there either ` + say`(HTTP ${status(cause)}).`
      );
    case "certificate":
      return `shows a certificate${by}${through} that is not trusted here ` + say`(${cause}).`;
    case "certificateDate":
      return `shows a certificate${by}${through} that is not valid today ` + say`(${cause}).`;
    case "certificateName":
      return `shows the certificate of another host${by}${through} ` + say`(${cause}).`;
    case "tls":
      return `cannot be reached: no encrypted connection comes about` + through + say` (${cause}).`;
    case "answeredInstead":
      return cause.startsWith("HTTP_5")
        ? say`does not answer properly, or something else answers in its place (${cause.replace("_", " ")}).`
        : say`cannot be reached: something else answers in its place (${cause.replace("_", " ")}).`;
    case "foreignHost":
      return "was not asked: an answer of Microsoft Graph points to it, and the token goes to Microsoft Graph alone (FOREIGN_HOST).";
    case "other":
      return `cannot be reached` + through + say` (${cause}).`;
  }
}

function loggedInText({ proxy, loggedIn }: NetworkFailure): string {
  return loggedIn === true
    ? `cannot be reached: ${theProxy(proxy)} does not take this user name and password (HTTP 407).`
    : `cannot be reached: ${theProxy(proxy)} wants a user name and password (HTTP 407).`;
}

function theProxy(proxy: string | undefined): string {
  return proxy === undefined ? "the proxy" : say`the proxy ${proxy}`;
}

function status(cause: string): string {
  return cause.replace(/^\D*/, "");
}

/** What to do about it, and the lines to copy for that. */
export function networkAdvice(failure: NetworkFailure): { hint: string; lines: readonly string[] } {
  const trouble = troubleOf(failure);
  const lines = trouble === "certificate" ? TRUST_LINES : trouble === "proxyLogIn" ? LOG_IN_LINES : [];
  return { hint: HINTS[trouble](failure), lines: takesBasic(failure) ? lines : [] };
}

/** Basic is the only way to log in to a proxy that this program has. */
function takesBasic({ proxyLogIn = [] }: NetworkFailure): boolean {
  return proxyLogIn.length === 0 || proxyLogIn.some((scheme) => scheme.toLowerCase() === "basic");
}

const TRUST_LINES = [
  String.raw`PowerShell: $env:NODE_EXTRA_CA_CERTS = "C:\certificates\company.pem"`,
  String.raw`Command Prompt: set NODE_EXTRA_CA_CERTS=C:\certificates\company.pem`,
  "Linux, macOS: export NODE_EXTRA_CA_CERTS=/certificates/company.pem",
];

const LOG_IN_LINES = [
  `PowerShell: $env:HTTPS_PROXY = "http://user:password@proxy:port"`,
  "Command Prompt: set HTTPS_PROXY=http://user:password@proxy:port",
  "Linux, macOS: export HTTPS_PROXY=http://user:password@proxy:port",
];

const HINTS: Readonly<Record<NetworkTrouble, (failure: NetworkFailure) => string>> = {
  noName: ({ proxy }) => (proxy === undefined ? OPEN : CHECK_PROXY),
  notReached: ({ proxy }) => (proxy === undefined ? OPEN : CHECK_PROXY),
  silent: ({ proxy }) =>
    proxy === undefined
      ? OPEN
      : `${CHECK_PROXY} If it is, ask your network team whether it lets this host through.`,
  cut: ({ proxy }) =>
    proxy === undefined ? OPEN : "Ask your network team whether the proxy lets this host through.",
  proxyLogIn: (failure) =>
    takesBasic(failure)
      ? "Put user name and password into HTTPS_PROXY, as shown; write a sign such as @ : / # % in them in percent code (%40 %3A %2F %23 %25)."
      : say`The proxy takes ${failure.proxyLogIn?.join(", ") ?? ""} only, which this tool does not speak. Ask your network team for a proxy that takes Basic, or to let these hosts through without a log-in.`,
  proxyRefuses: () => "Ask your network team to let this host through, port 443.",
  proxyFails: () =>
    "Try again in a few minutes; if it stays so, ask your network team whether the proxy lets this host through.",
  certificate: ({ systemStore }) =>
    `If that issuer is your company or its security product, your network inspects encrypted traffic. Your IT department has the issuer's certificate as a .pem file: set NODE_EXTRA_CA_CERTS to that file, as shown.${systemStore === true ? ` Where this computer trusts the issuer already, setting NODE_OPTIONS to --use-system-ca does the same.` : ""}`,
  certificateDate: () =>
    "Check the date and the time of this computer. If they are right, ask your network team about that certificate.",
  certificateName: () =>
    "Something between you and the host answers in its place, such as the log-in page of a guest network: open a page in a browser, or ask your network team.",
  tls: ({ proxy }) =>
    proxy === undefined
      ? "Something between you and the host disturbs the connection: ask your network team."
      : "If HTTPS_PROXY begins with https://, try http://: most proxies are spoken to that way.",
  answeredInstead: () =>
    "Something between you and the host answers in its place, such as a log-in page: open a page in a browser, or ask your network team. If it stays so, the host itself may be down.",
  foreignHost: () =>
    "Something between you and Microsoft may change its answers: ask your network team, and send the journal to the vendor's support.",
  other: () => "Check the internet connection; behind a proxy, set HTTPS_PROXY.",
};

const OPEN =
  "Check the internet connection. Behind a proxy, set HTTPS_PROXY to it, such as http://proxy.contoso.com:8080; else ask your network team to open this host, port 443.";
const CHECK_PROXY = "Check that HTTPS_PROXY names the right proxy, and that you are in its network (VPN).";

export const PURPOSES: Readonly<Record<HostPurpose, string>> = {
  signIn: "sign-in",
  graph: "Microsoft Graph",
  oneTimePassword: "one-time password",
};

export const STATES: Readonly<Record<HostState, string>> = {
  reachable: "reachable",
  proxied: "through proxy",
  intercepted: "intercepted",
  blocked: "blocked",
};

export const FOR_THE_FIREWALL = "Hosts to open in the firewall and the proxy (outgoing TCP):";

export const ONE_SERVICE_IS_ENOUGH =
  "Of the one-time-password services one is enough: the first that works is taken.";

/** The first line about all hosts. */
export function networkTitle(hosts: number, unusable: number): string {
  if (unusable === 0) return `All ${hosts} hosts that this job needs can be used.`;
  return `${unusable} of the ${hosts} hosts that this job needs cannot be used.`;
}

/** What there is to say of a host beside its state. */
export function hostText({ state, proxy, issuer, failure }: HostCheck): string | undefined {
  if (failure) return `It ${networkProblem(failure)}`;
  const way = proxy === undefined ? "" : say`Through the proxy ${proxy}.`;
  if (issuer === undefined) return way || undefined;
  const who =
    state === "intercepted"
      ? say`Your network inspects it, with a certificate of ${issuer}, which is trusted here.`
      : say`Its certificate is of ${issuer}, no public authority, and trusted here.`;
  return `${way} ${who}`.trim();
}
