// Draws the state that the server sends, and posts what people do. All text goes in as text.
import { drawSlack, drawTelegram } from "./messages.js";

const $ = (selector, place = document) => place.querySelector(selector);
const $$ = (selector, place = document) => [...place.querySelectorAll(selector)];

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

async function post(what, body) {
  const notice = $("#notice");
  try {
    const response = await fetch(`/playground/${what}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const answer = await response.json();
    notice.hidden = response.ok;
    if (!response.ok) notice.textContent = answer.detail || answer.title;
    return response.ok ? answer : null;
  } catch {
    notice.hidden = false;
    notice.textContent = "Offhook does not answer. Is it still running?";
    return null;
  }
}

// Phones -----------------------------------------------------------------------------------------
const STATES = {
  gathering: "in the menu, waiting for keys or words", recording: "recording a message", ringing: "ringing",
  queued: "waiting in the queue", listening: "listening", ended: "the call has ended",
};

function describe(call) {
  if (!call) return "quiet";
  if (call.doing.startsWith("in conference")) return "connected: both are talking";
  if (call.doing.startsWith("on hold")) return "on hold";
  return STATES[call.doing] || call.doing;
}

const spoken = new Map();
let voice = false;

function speakNew(call) {
  const done = spoken.get(call.sid) || 0;
  spoken.set(call.sid, call.prompts.length);
  if (!voice || !window.speechSynthesis) return;
  for (const prompt of call.prompts.slice(done)) {
    const words = new SpeechSynthesisUtterance(prompt.text);
    words.lang = prompt.language || "en-US";
    speechSynthesis.speak(words);
  }
}

function drawPhone(call, log, state) {
  state.textContent = describe(call);
  state.classList.toggle("live", Boolean(call) && call.doing !== "ended");
  state.classList.toggle("ringing", Boolean(call) && call.doing === "ringing");
  const prompts = call ? call.prompts : [];
  if (log.dataset.sid !== (call?.sid || "")) { log.replaceChildren(); log.dataset.sid = call?.sid || ""; }
  for (const prompt of prompts.slice(log.children.length)) {
    log.append(element("p", prompt.text, { "data-language": prompt.language.slice(0, 2), lang: prompt.language }));
  }
  log.scrollTop = log.scrollHeight;
  if (call) speakNew(call);
}

// Everything -------------------------------------------------------------------------------------
const done = new Set(JSON.parse(sessionStorage.getItem("steps") || "[]"));

function mark(step) {
  done.add(step);
  sessionStorage.setItem("steps", JSON.stringify([...done]));
  for (const item of $$("#steps li")) item.classList.toggle("done", done.has(item.dataset.step));
}

function drawFeed(feed) {
  $("#feed ol").replaceChildren(...feed.map((row) => {
    const item = element("li");
    item.append(element("span", row.who), element("span", row.what, { title: row.what }), element("span", row.status),
      element("span", `${row.ms} ms`));
    return item;
  }));
  const times = feed.map((row) => row.ms).sort((a, b) => a - b);
  $("#median").textContent = times.length ? `median ${times[Math.floor(times.length / 2)]} ms` : "";
}

let latest = null;

function draw(state) {
  latest = state;
  drawPhone(state.phone, $("#phone-heard"), $("#phone-state"));
  drawPhone(state.agentPhone, $("#agent-heard"), $("#agent-state"));
  const isLive = state.phone && state.phone.doing !== "ended";
  $("#call").textContent = isLive ? "Hang up" : "Call";
  $("#call").classList.toggle("primary", !isLive);
  for (const pane of $$(".slack")) drawSlack($(".messages", pane), state.slack[pane.dataset.who], pane.dataset.who, post);
  drawTelegram($("#telegram .messages"), state.telegram, post);
  drawFeed(state.feed);
  if (state.phone) mark("call");
  const seen = JSON.stringify(state.slack);
  if (/is yours:|claimed it|gehört Ihnen|hat es übernommen/.test(seen)) mark("claim");
  if (state.telegram.some((message) => JSON.stringify(message.lines).includes("Pipeline:"))) mark("pipeline");
  if (state.phone?.prompts.some((prompt) => /ticket number is|Ihre Vorgangsnummer ist T/.test(prompt.text))) mark("ticket");
}

function listen() {
  const source = new EventSource("/playground/events");
  source.onmessage = (event) => draw(JSON.parse(event.data));
}

$("#dial").addEventListener("submit", (event) => {
  event.preventDefault();
  const isLive = latest?.phone && latest.phone.doing !== "ended";
  post("phone", isLive ? { do: "hang_up" } : { do: "dial", from: $("#caller").value });
});
$("#say").addEventListener("submit", (event) => {
  event.preventDefault();
  if ($("#words").value.trim()) post("phone", { do: "say", with: $("#words").value });
  $("#words").value = "";
});
for (const key of $$("[data-key]")) key.addEventListener("click", () => post("phone", { do: "press", with: key.dataset.key }));
$("#phone").addEventListener("keydown", (event) => {
  if (event.target.matches("input, select") || !/^[0-9*#]$/.test(event.key)) return;
  post("phone", { do: "press", with: event.key });
});
for (const button of $$("[data-agent]")) {
  button.addEventListener("click", () => post("agent-phone", { do: button.dataset.agent, with: button.dataset.with || "" }));
}
for (const pane of $$(".slack")) {
  $("form", pane).addEventListener("submit", (event) => {
    event.preventDefault();
    const input = $("input", pane);
    if (input.value.trim()) post("slack", { who: pane.dataset.who, text: input.value });
    input.value = "";
  });
}
$("#telegram form").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = $("#telegram-input");
  if (input.value.trim()) post("telegram", { text: input.value });
  input.value = "";
});

function showAnswers(answers) {
  $("#answers").replaceChildren(...Object.entries(answers).map(([who, text]) => {
    const box = element("div");
    box.append(element("dt", who), element("dd", text));
    return box;
  }));
}
$("#race").addEventListener("click", async () => {
  const answer = await post("race", {});
  if (answer) showAnswers(answer.answers);
});
$("#undo").addEventListener("click", () => post("slack", { who: "Mira Okafor", text: "undo" }));
$("#everywhere").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post("everywhere", { text: $("#sentence").value });
  if (answer) showAnswers(answer.answers);
});

$("#voice").addEventListener("click", (event) => {
  voice = !voice;
  event.target.textContent = voice ? "Voice on" : "Voice off";
  event.target.setAttribute("aria-pressed", String(voice));
  if (!voice) window.speechSynthesis?.cancel();
});
const wanted = localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
document.documentElement.dataset.theme = wanted;
$("#theme").addEventListener("click", () => {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
});
for (const step of done) mark(step);
listen();
