// Rating by keys or taps: a full ballot sends itself, and the next face is there already.
(() => {
  const AHEAD = 5;
  const LOW = 4; // asking for every single face would double the requests
  const form = document.querySelector(".ballot");
  const desk = makeDesk(form);
  const { rater, next, undo: undoUrl, skip: skipUrl, rate: rateUrl, done: doneUrl } = form.dataset;
  const csrf = form.elements.csrfmiddlewaretoken.value;
  const progress = document.querySelector(".bar progress");
  const band = form.querySelector(".band");
  const size = progress.max;
  const undoButton = form.querySelector("[data-tool=undo]");
  const queue = [];
  const left = new Set(); // faces that must not come again in this tab
  let face = { ticket: form.elements.ticket.value, image: form.querySelector(".stage img") };
  let isAsking = false;
  let isDry = false;
  let isUndoing = false;
  let isToning = false;
  let readingTime = 0; // for what was refused, before another page comes
  face.picture = face.image.getAttribute("src");

  // --- Talking to the server

  async function post(url, fields) {
    const body = new URLSearchParams(fields);
    const headers = { Accept: "application/json", "X-CSRFToken": csrf };
    let response;
    try {
      response = await fetch(url, { method: "POST", body, headers, redirect: "error", signal: AbortSignal.timeout(10000) });
    } catch {
      throw new Error("No signal.");
    }
    if (response.status === 401) throw new Error("You are signed out: sign in again.");
    if (response.status === 403) throw new Error("This page is out of date: reload it.");
    if (response.status >= 500) throw new Error("The server does not answer.");
    const isJson = response.headers.get("Content-Type") === "application/json";
    return isJson ? response.json() : { error: "The server could not read a vote." };
  }

  function answered(ticket, { error, told }) {
    const item = [...desk.strip.children].find((child) => child.dataset.ticket === ticket);
    if (error) {
      item?.remove();
      count(-1);
      desk.say(error, { seconds: 8 });
      readingTime = 4000;
    }
    if (told) {
      desk.say(told, { image: item?.querySelector("img"), seconds: 10 });
      readingTime = 4000;
    }
    refill();
  }

  function tellTrouble(number, trouble) {
    band.querySelector(".trouble")?.remove();
    if (!number && isOver()) setTimeout(goOn, readingTime);
    if (!trouble) return;
    const message = document.createElement("p");
    const votes = number === 1 ? "1 vote is" : `${number} votes are`;
    message.className = "message trouble";
    message.textContent = `${trouble} ${votes} kept on this device and will be sent.`;
    if (!number) message.textContent = trouble;
    band.append(message);
  }

  const outbox = makeOutbox(rater, (vote) => post(form.action, vote), answered, tellTrouble);

  async function refill() {
    const wanted = Math.min(AHEAD, size - progress.value - 1) - queue.length;
    if (isAsking || isDry || wanted <= 0 || queue.length >= LOW) return;
    isAsking = true;
    try {
      const held = [face?.ticket, ...queue.map(({ ticket }) => ticket), ...outbox.tickets(), ...left].filter(Boolean);
      const answer = await post(next, [["wanted", wanted], ...held.map((ticket) => ["held", ticket])]);
      isDry = !answer.faces?.length;
      queue.push(...(answer.faces || []).map(load));
      if (!outbox.tickets().length) tellTrouble(0, "");
    } catch (error) {
      tellTrouble(outbox.tickets().length, error.message);
    }
    isAsking = false;
    if (!face) forward();
  }

  function load({ ticket, picture }) {
    const image = Object.assign(new Image(512, 512), { src: picture, alt: "AI-generated face" });
    image.decode().catch(() => image.complete && drop(ticket));
    return { ticket, picture, image };
  }

  function drop(ticket) {
    left.add(ticket);
    const place = queue.findIndex((item) => item.ticket === ticket);
    if (place >= 0) queue.splice(place, 1);
    else if (face?.ticket === ticket) forward();
  }

  // --- From face to face

  function count(step) {
    progress.value += step;
    document.querySelector(".count").textContent = `${Math.min(progress.value + 1, size)} of ${size}`;
    const minutes = Math.max(1, Math.round((size - progress.value) / 20));
    document.querySelector(".left").textContent = `about ${minutes} minute${minutes > 1 ? "s" : ""} left`;
    undoButton.disabled = !desk.strip.children.length;
  }

  function goOn() {
    if (isOver()) location.assign(progress.value >= size ? doneUrl : rateUrl);
  }

  const isOver = () => progress.value >= size || (!face && isDry);

  function forward() {
    face = progress.value < size && queue.shift() || null;
    form.classList.toggle("waiting", !face);
    if (face) show(face);
    if (!outbox.tickets().length) refill(); // else when the vote has come through: it goes first
    if (isOver()) tellTrouble(outbox.tickets().length, "");
  }

  function show(shown) {
    face = shown;
    form.elements.ticket.value = face.ticket;
    form.classList.remove("waiting");
    desk.show(face);
  }

  function vote() {
    if (!face || !desk.isReady() || !desk.isLoaded(face)) return;
    const said = desk.pressed();
    const voted = face;
    outbox.add(voted.ticket, desk.ballot());
    desk.file(voted, said);
    desk.say(`Saved: ${said.words}.`, { undo });
    count(1);
    forward();
  }

  function skip() {
    if (!face) return;
    left.add(face.ticket);
    post(skipUrl, { ticket: face.ticket }).catch(() => {}); // unheard, its lease runs out
    desk.say("Left to somebody else.");
    forward();
  }

  async function undo() {
    const last = desk.strip.lastElementChild;
    if (!last || isUndoing) return;
    isUndoing = true;
    try {
      const answer = await outbox.withdraw(last.dataset.ticket) || await post(undoUrl, { undo: last.dataset.ticket });
      if (answer.error) desk.say(answer.error, { seconds: 8 });
      else if (last === desk.strip.lastElementChild) takeBack();
    } catch (error) {
      desk.say(`${error.message} The vote stands for now.`);
    }
    isUndoing = false;
  }

  function takeBack() {
    if (face) queue.unshift(face);
    show(desk.unfile());
    count(-1);
    desk.say("Taken back. Here is the face again.");
  }

  // --- Keys and taps

  function choose(input) {
    if (!input || !face || !desk.isLoaded(face)) return;
    input.checked = true;
    desk.explain();
    if (desk.isReady()) vote();
  }

  // Letters of other alphabets: go by where the key is.
  function letterOf({ key, code }) {
    if (/^[a-z0-9?/]$/i.test(key)) return key.toUpperCase();
    return code.replace(/^(Key|Digit)/, "");
  }

  const tools = { Z: undo, BACKSPACE: undo, S: skip, "?": openHelp, P: () => desk.setProblem(!desk.inProblem()), K: toggleMore, "/": writeNote };

  // Only after K do digits mean skin: who opened it to write a note goes on with the age.
  function toggleMore() {
    desk.more.open = isToning = !desk.more.open;
  }

  function writeNote() {
    desk.more.open = true;
    isToning = false;
    form.elements.note.focus();
  }

  function press(letter) {
    if (/\d/.test(letter) && desk.inProblem()) return choose(desk.problem.querySelector(`[data-letter="${letter}"]`));
    if (/\d/.test(letter) && desk.more.open && isToning) return pickTone(letter);
    if (tools[letter]) return tools[letter]();
    return choose(form.querySelector(`.row:not(.problem) [data-letter="${CSS.escape(letter)}"]`));
  }

  function pickTone(digit) {
    form.querySelector(`[name=skin_tone][value="${digit === "0" ? 10 : digit}"]`).checked = true;
    desk.more.open = isToning = false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (sheet.open) return event.key === "?" && sheet.close();
    const isWriting = event.target.matches("[type=text]");
    if (event.key === "Escape") {
      desk.setProblem(false);
      desk.more.open = false;
    } else if (event.key === "Enter" && isWriting) event.target.blur();
    else if (isWriting || event.target.closest("summary, a, button") && [" ", "Enter"].includes(event.key)) return;
    else if (event.key === "Enter") vote();
    else if (/^.$/u.test(event.key) && event.key !== " " || event.key === "Backspace") press(event.key === "Backspace" ? "BACKSPACE" : letterOf(event));
    else return;
    event.preventDefault();
  });

  form.addEventListener("click", (event) => {
    const label = event.target.closest("label.key");
    if (label && event.detail && !event.target.matches("input")) { // arrows click with detail 0
      event.preventDefault();
      choose(label.querySelector("input"));
    }
    const tool = { undo, skip, help: openHelp }[event.target.closest("[data-tool]")?.dataset.tool];
    if (tool) {
      event.preventDefault();
      tool();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    vote();
  });

  // --- Help, and off we go

  const section = document.querySelector(".help");
  const sheet = document.createElement("dialog");
  sheet.setAttribute("aria-labelledby", "help-title");
  section.replaceWith(sheet);
  sheet.append(section);
  sheet.querySelector(".close").hidden = false;
  sheet.querySelector(".close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", ({ target }) => target === sheet && sheet.close());

  function openHelp(event) {
    event?.preventDefault();
    sheet.showModal();
  }

  document.querySelector(".bar [href='#help']").addEventListener("click", openHelp);
  document.documentElement.dataset.ready = "yes";
  count(outbox.tickets().length);
  const isVoted = outbox.tickets().some((ticket) => ticket.startsWith(face.ticket.slice(0, 12)));
  outbox.flush();
  if (isVoted) forward();
  else refill();
})();
