// The live page: what it shows came from the API a moment ago, over the same HTTP that everybody uses.

const ANSWER_WITHIN_MS = 10_000;

const draft = document.getElementById("draft");
const { debit, credit, ccy } = draft.dataset;
const shown = (id) => document.getElementById(id);

// The request that was sent last, word for word: what Replay sends again.
let sent = null;
// Buttons stay enabled while an answer is awaited, because a disabled one would lose the focus; they do nothing.
let awaited = false;

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return "live-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bodyOfDraft() {
  const amount = shown("amount").value.trim();
  return JSON.stringify(
    {
      idempotency_key: shown("key").value,
      legs: [
        { account: debit, side: "debit", amount, ccy },
        { account: credit, side: "credit", amount, ccy },
      ],
      description: "Posted on the live page",
    },
    null,
    2,
  );
}

async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), cache: "no-store" });
  const text = await response.text();
  return { response, text, content: JSON.parse(text) };
}

async function send(body) {
  if (awaited) return;
  sent = body;
  setAwaited(true);
  shown("request").textContent = `POST /api/transfers/\nContent-Type: application/json\n\n${body}`;
  const startedAt = performance.now();
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await ask("/api/transfers/", { method: "POST", headers, body });
    showAnswer(answer, performance.now() - startedAt);
    await showBalances();
  } catch (error) {
    showNoAnswer(error);
  } finally {
    setAwaited(false);
    // On a small screen the answer lies below the buttons.
    shown("answer-card").scrollIntoView({ block: "nearest" });
  }
}

function showAnswer({ response, text, content }, roundTripMs) {
  const posted = response.ok;
  if (posted) {
    const says = content.status === "duplicate" ? "Posted before: nothing was written now." : "Posted: it is on disk.";
    verdict(content.status, content.status, says);
  } else {
    verdict("refused", content.code, content.detail);
  }
  shown("journal_id").textContent = posted ? content.journal_id : "–";
  shown("created_at").textContent = posted ? content.created_at : "–";
  shown("status").textContent = posted ? content.status : `refused, ${response.status}`;
  shown("round_trip").textContent = `${roundTripMs.toFixed(1)} ms`;
  shown("response").textContent = `HTTP ${response.status}\n\n${pretty(text)}`;
}

function showNoAnswer(error) {
  const late = error.name === "TimeoutError";
  const says = "It is not known whether it was posted. Press Replay: the same key never posts twice.";
  verdict("refused", late ? "no answer" : "network error", late ? `No answer within 10 s. ${says}` : `The server cannot be reached. ${says}`);
  for (const id of ["journal_id", "created_at", "round_trip"]) shown(id).textContent = "–";
  shown("status").textContent = "unknown";
  shown("response").textContent = `${error.name}: ${error.message}`;
}

function verdict(kind, word, says) {
  shown("verdict").dataset.kind = kind;
  shown("verdict").textContent = word;
  shown("detail").textContent = says;
}

async function showBalances() {
  await Promise.all([...document.querySelectorAll("[data-account]")].map(showBalance));
}

async function showBalance(tile) {
  const part = (name) => tile.querySelector(`[data-is="${name}"]`);
  const before = tile.dataset.balance;
  const { response, content } = await ask(`/api/accounts/${encodeURIComponent(tile.dataset.account)}/balance`);
  if (!response.ok) throw new Error(content.detail);
  for (const name of ["balance", "debits", "credits"]) part(name).textContent = content[name];
  tile.dataset.balance = content.balance;
  const moved = part("moved");
  moved.dataset.kind = before === undefined ? "" : before === content.balance ? "unmoved" : "moved";
  moved.textContent = before === undefined ? "now" : before === content.balance ? "unmoved" : `was ${before}`;
}

function setAwaited(yes) {
  awaited = yes;
  shown("replay").disabled = false;
  draft.setAttribute("aria-busy", String(yes));
}

// Amounts are strings, so reading and writing them again changes nothing but white space.
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

draft.addEventListener("submit", (event) => {
  event.preventDefault();
  send(bodyOfDraft());
});
shown("replay").addEventListener("click", () => send(sent));
shown("rotate").addEventListener("click", () => {
  shown("key").value = newKey();
});
shown("amount").addEventListener("input", () => {
  for (const cell of document.querySelectorAll("[data-mirror]")) cell.textContent = shown("amount").value;
});

shown("key").value = newKey();
for (const cell of document.querySelectorAll("[data-mirror]")) cell.textContent = shown("amount").value;
showBalances().catch(showNoBalances);

function showNoBalances() {
  verdict("refused", "network error", "The balances could not be read. Reload the page.");
}
