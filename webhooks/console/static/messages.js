// Messages of Slack and Telegram, drawn from what the product sent. All text goes in as text.

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

// The part of Slack's markup that the product writes: *bold* at the beginning of a line. Other stars are people's own.
function markup(text) {
  const paragraph = element("p");
  for (const [number, line] of text.split("\n").entries()) {
    const [, bold, rest] = line.match(/^\*([^*]+)\*(  .*)$/) || line.match(/^\*(.+)\*()$/) || [null, "", line];
    if (number) paragraph.append("\n");
    if (bold) paragraph.append(element("b", unescaped(bold)));
    if (rest) paragraph.append(element("span", unescaped(rest)));
  }
  return paragraph;
}

function block(part, press) {
  if (part.type === "section") {
    const box = element("div");
    if (part.text) box.append(markup(part.text.text));
    if (part.fields) {
      const grid = element("div", "", "fields");
      grid.append(...part.fields.map((field) => markup(field.text)));
      box.append(grid);
    }
    return box;
  }
  if (part.type === "input") {
    const label = element("label", part.label.text, "field");
    const typed = element(part.element.multiline ? "textarea" : "input");
    typed.value = part.element.initial_value || "";
    press.typed[part.block_id] = typed;
    label.append(typed);
    if (part.hint) label.append(element("span", part.hint.text.replace(":warning:", "⚠"), "note"));
    return label;
  }
  const row = element("div", "", "row");
  for (const button of part.elements || []) {
    const made = element("button", button.text.text, button.style || "");
    made.type = "button";
    const number = press.next++;
    made.addEventListener("click", () => press.act(number));
    row.append(made);
  }
  return row;
}

// Only what changed is drawn again, so that focus and scroll stay where they are.
function redraw(log, messages, make) {
  const known = new Map([...log.children].map((child) => [child.dataset.id, child]));
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  let drawn = false;
  for (const message of messages) {
    const id = String(message.id), stamp = JSON.stringify(message), old = known.get(id);
    if (old?.dataset.stamp === stamp) continue;
    const made = make(message);
    made.dataset.id = id;
    made.dataset.stamp = stamp;
    made.classList.add("message");
    if (log.dataset.drawn === "yes") made.classList.add("fresh");
    if (old) old.replaceWith(made);
    else log.append(made);
    drawn = true;
  }
  const wanted = new Set(messages.map((message) => String(message.id)));
  for (const [id, child] of known) if (!wanted.has(id)) child.remove();
  if (drawn && (atEnd || log.dataset.drawn !== "yes")) log.scrollTop = log.scrollHeight;
  log.dataset.drawn = "yes";
}

function head(message, note) {
  const line = element("div");
  line.append(element("b", message.from, "from"));
  if (note) line.append(element("span", note, "note"));
  return line;
}

export function drawSlack(log, messages, who, post) {
  redraw(log, messages, (message) => {
    const box = element("article", "", message.whisper ? "whisper" : "");
    box.append(head(message, message.whisper ? "only visible to you" : message.edited ? "edited" : ""));
    const press = { next: 0, typed: {}, act: (button) => {
      const typed = Object.fromEntries(Object.entries(press.typed).map(([name, field]) => [name, field.value]));
      post("slack", { who, channel: message.channel, message: message.id, button, typed });
    } };
    if (message.blocks.length) box.append(...message.blocks.map((part) => block(part, press)));
    else box.append(markup(message.text));
    return box;
  });
}

export function drawTelegram(log, messages, post) {
  redraw(log, messages, (message) => {
    const box = element("article");
    box.append(head(message, message.edited ? "edited" : ""));
    for (const line of message.lines) {
      const paragraph = element("p");
      for (const [text, bold] of Array.isArray(line[0]) ? line : [line]) if (text) paragraph.append(element(bold ? "b" : "span", text));
      box.append(paragraph);
    }
    let number = 0;
    for (const keys of message.buttons) {
      const row = element("div", "", "row");
      for (const label of keys) {
        const made = element("button", label), button = number++;
        made.type = "button";
        made.addEventListener("click", () => post("telegram", { message: message.id, button }));
        row.append(made);
      }
      box.append(row);
    }
    return box;
  });
}
