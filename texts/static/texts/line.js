// The page of a line: chips in the box, completion after {, samples while typing, one-click fixes.
const writing = document.querySelector(".writing");
const box = writing?.querySelector("textarea.line-text");

if (box) {
  const PAUSE = 300;
  const preview = document.getElementById("preview");
  const chips = [...writing.querySelectorAll(".chip")].map((button) => ({
    button,
    slot: button.dataset.slot,
    note: button.querySelector("span").textContent,
    isFact: button.classList.contains("fact"),
  }));
  let saidBy = "";
  let seed = 0;

  // --- The text, with chips where its slots are

  const mirror = document.createElement("div");
  mirror.className = "mirror";
  mirror.setAttribute("aria-hidden", "true");
  const stack = document.createElement("div");
  stack.className = "stack";
  box.replaceWith(stack);
  stack.append(mirror, box);

  function paint() {
    const known = new Map(chips.map((chip) => [chip.slot.replace(/ .*/, ""), chip]));
    mirror.replaceChildren(
      ...box.value.split(/(\{[^{}]*\})/).map((piece, turn) => {
        if (turn % 2 === 0) return piece;
        const mark = document.createElement("mark");
        const name = piece.slice(1, -1).toLowerCase().match(/^(?:\d+[-–]\d+ )?(answer:\w+|\w*)/)[1];
        const chip = known.get(name);
        mark.className = chip ? (chip.isFact ? "fact" : "") : "unknown";
        mark.append(brace("{"), piece.slice(1, -1), brace("}"));
        return mark;
      }),
      "\u200b",
    );
  }

  function brace(text) {
    const span = document.createElement("span");
    span.textContent = text;
    return span;
  }

  // Typing goes through the browser, so that Ctrl+Z takes it back.
  function type(text, from, to) {
    box.focus();
    box.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) box.setRangeText(text, from, to, "end");
    changed();
  }

  function changed() {
    paint();
    complete();
    ask();
  }

  for (const chip of chips) {
    chip.button.disabled = false;
    chip.button.addEventListener("click", () => {
      type(`{${chip.slot}}`, box.selectionStart, box.selectionEnd);
    });
  }

  // --- Completion: a list below the box, which keeps the focus

  const list = document.createElement("ul");
  list.className = "completion";
  list.id = "completion";
  list.role = "listbox";
  list.ariaLabel = "Blanks";
  list.hidden = true;
  const news = document.createElement("p");
  news.className = "visually-hidden";
  news.role = "status";
  stack.append(list, news);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", "completion");
  let open = null; // what is being typed: where it starts, what fits, which one is chosen

  function complete() {
    const typed = box.value.slice(0, box.selectionStart).match(/\{((?:\d+[-–]\d+ )?)([A-Za-z_:]*)$/);
    const is = (chip) => typed && chip.slot.startsWith(typed[2].toLowerCase());
    const has = (chip) => typed && chip.slot.includes(typed[2].toLowerCase());
    const found = [...new Set([...chips.filter(is), ...chips.filter(has)])].slice(0, 8);
    if (!found.length) return close();
    open = { from: box.selectionStart - typed[2].length, found, at: 0 };
    list.replaceChildren(...found.map(option));
    list.hidden = false;
    choose(0);
    place();
  }

  function option(chip, number) {
    const item = document.createElement("li");
    item.id = `completion-${number}`;
    item.role = "option";
    const note = document.createElement("span");
    note.textContent = chip.note;
    item.append(chip.slot, " ", note);
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => take(number));
    return item;
  }

  function choose(number) {
    const { found } = open;
    open.at = (number + found.length) % found.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === open.at));
    box.setAttribute("aria-activedescendant", `completion-${open.at}`);
    const blanks = found.length === 1 ? "1 blank" : `${found.length} blanks`;
    news.textContent = `${blanks}. ${found[open.at].slot}, ${found[open.at].note}`;
  }

  function place() {
    const marker = document.createElement("span");
    const copy = mirror.cloneNode();
    copy.append(box.value.slice(0, box.selectionStart), marker);
    stack.append(copy);
    const left = Math.min(marker.offsetLeft - 14, stack.clientWidth - list.offsetWidth);
    list.style.insetInlineStart = `${Math.max(0, left)}px`;
    list.style.insetBlockStart = `${marker.offsetTop + marker.offsetHeight + 8}px`;
    copy.remove();
  }

  function take(number) {
    const { from, found } = open;
    let to = box.selectionStart;
    if (box.value[to] === "}") to += 1;
    const typed = box.value[from];
    let slot = found[number].slot;
    if (typed && typed !== typed.toLowerCase()) slot = slot[0].toUpperCase() + slot.slice(1);
    type(`${slot}}`, from, to);
    close();
  }

  function close() {
    open = null;
    list.hidden = true;
    news.textContent = "";
    box.removeAttribute("aria-activedescendant");
  }

  box.addEventListener("keydown", (event) => {
    if (!open) return;
    const act = {
      ArrowDown: () => choose(open.at + 1),
      ArrowUp: () => choose(open.at - 1),
      Enter: () => take(open.at),
      Tab: () => take(open.at),
      Escape: close,
    }[event.key];
    if (!act || event.shiftKey) return;
    event.preventDefault();
    act();
  });
  box.addEventListener("blur", close);
  box.addEventListener("input", changed);

  // --- What visitors would read, as the server says it

  let waiting = 0;
  let asking = null;

  function ask(pause = PAUSE) {
    clearTimeout(waiting);
    waiting = setTimeout(show, pause);
  }

  async function show() {
    asking?.abort();
    asking = new AbortController();
    const form = new FormData(box.form);
    form.set("said_by", saidBy);
    form.set("seed", seed || "");
    preview.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(writing.dataset.preview, { method: "POST", body: form, signal: asking.signal });
      if (!response.ok) throw new Error(response.status);
      refresh(await response.text());
    } catch (error) {
      if (error.name === "AbortError") return;
      preview.classList.add("stale");
    }
    preview.removeAttribute("aria-busy");
  }

  function refresh(html) {
    const focused = document.activeElement.closest("#preview button");
    preview.innerHTML = html;
    preview.classList.remove("stale");
    bind();
    if (focused) [...preview.querySelectorAll(`button.${focused.className}`)].find((b) => b.value === focused.value)?.focus();
  }

  function bind() {
    for (const hidden of preview.querySelectorAll(".fix, .pronouns, .more")) hidden.hidden = false;
  }

  preview.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.classList.contains("fix")) return type(button.dataset.text, 0, box.value.length);
    if (button.classList.contains("pronoun")) saidBy = button.value;
    if (button.classList.contains("more")) seed += 1;
    ask(0);
  });
  writing.addEventListener("change", (event) => {
    if (event.target !== box) ask(0);
  });

  paint();
  bind();
}
