// One question a screen: the address says which one, the tab remembers the answers.
(() => {
  const page = document.documentElement;
  const form = document.querySelector(".questions");
  const questions = [...form.querySelectorAll(".question")];
  const progress = form.querySelector(".progress");
  const matches = [...progress.querySelectorAll("i")];
  const send = form.querySelector("[type=submit]");
  const offline = form.querySelector(".offline");
  const sendWords = send.textContent;
  const key = "answers:" + form.dataset.slug;
  let current = 0; // 0 is the cover, 1 the first question
  let timer = 0;
  let busyTimer = 0;

  const radios = (question) => [...question.querySelectorAll("input")];
  const chosen = (question) => radios(question).find((radio) => radio.checked);
  const firstOpen = () => questions.findIndex((question) => !chosen(question)) + 1;
  const complaint = (question) => question.querySelector(".message");

  // --- Answers live as long as the tab; the same answers are the same attempt.

  function newAttempt() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function recall() {
    try {
      return JSON.parse(sessionStorage.getItem(key)) || {};
    } catch {
      return {};
    }
  }

  function remember() {
    const answers = {};
    for (const question of questions) {
      const radio = chosen(question);
      if (radio) answers[radio.name] = radio.value;
    }
    const old = recall();
    const isSame = JSON.stringify(old.answers) === JSON.stringify(answers);
    const attempt = (isSame && old.attempt) || newAttempt();
    form.elements.attempt.value = attempt;
    try {
      sessionStorage.setItem(key, JSON.stringify({ answers, attempt }));
    } catch { /* A full or forbidden storage only forgets. */ }
  }

  function restore() {
    const { answers = {} } = recall();
    for (const question of questions) {
      const saved = radios(question).find((radio) => radio.value === answers[radio.name]);
      for (const radio of radios(question)) radio.checked = saved ? radio === saved : radio.defaultChecked;
    }
    remember();
  }

  // --- Which question is open

  function asked() {
    const number = Number(location.hash.slice(1)) || 0;
    return Math.min(number, firstOpen() || questions.length, questions.length);
  }

  function show(number) {
    clearTimeout(timer);
    const isBack = number < current;
    current = number;
    page.classList.toggle("asking", number > 0);
    questions.forEach((question, i) => {
      question.classList.toggle("back", isBack);
      question.classList.toggle("open", i + 1 === number);
    });
    matches.forEach((match, i) => {
      match.className = i + 1 < number ? "lit" : i + 1 === number ? "now" : "";
    });
    progress.hidden = false;
    progress.querySelector(".count").textContent = `${number} of ${questions.length}`;
    send.textContent = number < questions.length ? "Next" : sendWords;
    document.body.dataset.stock = number ? number % 7 : "";
    document.querySelector("[name=theme-color]").content = getComputedStyle(document.body).backgroundColor;
    fit();
  }

  function fit() {
    if (!current) return;
    const heading = questions[current - 1].querySelector("h2");
    heading.classList.remove("tight");
    heading.classList.toggle("tight", heading.scrollWidth > heading.clientWidth);
  }

  function look(what = "h2") {
    if (current) questions[current - 1].querySelector(what).focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  function go(number) {
    if (number === current) return;
    history.pushState({ from: current }, "", "#" + number);
    show(number);
    look();
  }

  function arrive() {
    if (asked() === current) return;
    show(asked());
    look();
  }

  function goBack() {
    if (history.state && history.state.from === current - 1) return history.back();
    history.replaceState(null, "", current > 1 ? "#" + (current - 1) : location.pathname);
    arrive();
  }

  function complain(number) {
    const question = questions[number - 1];
    complaint(question).hidden = false;
    describe(question);
    go(number);
    look(".message");
  }

  function describe(question) {
    const parts = question.querySelectorAll(".hint, .message:not([hidden])");
    question.setAttribute("aria-describedby", [...parts].map((part) => part.id).join(" "));
  }

  // --- Choosing

  form.addEventListener("change", ({ target }) => {
    const question = target.closest(".question");
    if (!question) return;
    complaint(question).hidden = true;
    describe(question);
    remember();
  });

  form.addEventListener("click", ({ target, detail }) => {
    if (!detail || !target.closest(".tile")) return; // keys click with detail 0
    clearTimeout(timer);
    if (current < questions.length) timer = setTimeout(() => go(current + 1), 200);
  });

  form.addEventListener("keydown", (event) => {
    if (!current || event.ctrlKey || event.altKey || event.metaKey) return;
    const tiles = radios(questions[current - 1]);
    const isOnText = event.target.matches("h2, .message");
    const isArrow = isOnText && event.key.startsWith("Arrow");
    const radio = isArrow ? chosen(questions[current - 1]) || tiles[0] : tiles[event.key - 1];
    if (radio) {
      event.preventDefault();
      radio.click();
      radio.focus();
    } else if (isOnText && event.key === "Enter") send.click();
  });

  progress.querySelector("button").addEventListener("click", goBack);
  document.querySelectorAll(".cover [href='#1']").forEach((start) => {
    start.addEventListener("click", (event) => {
      event.preventDefault();
      go(1);
    });
  });

  // --- Sending

  function setBusy(isBusy) {
    clearTimeout(busyTimer);
    busyTimer = isBusy ? setTimeout(setBusy, 20000, false) : 0;
    if (isBusy) send.setAttribute("aria-disabled", "true");
    else send.removeAttribute("aria-disabled");
    send.textContent = isBusy ? "Looking for them…" : current < questions.length ? "Next" : sendWords;
  }

  function tellSignal(words) {
    offline.textContent = words;
    if (!words) return;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "button";
    retry.textContent = "Retry";
    retry.addEventListener("click", () => {
      tellSignal(navigator.onLine ? "" : "Still no signal. Your answers are safe.");
      if (!navigator.onLine) offline.querySelector("button").focus();
      else if (current === questions.length) send.click();
    });
    offline.append(retry);
  }

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    const isReady = chosen(questions[current - 1]) && current === questions.length && !firstOpen();
    if (isReady && navigator.onLine && !busyTimer) {
      remember();
      return setBusy(true);
    }
    event.preventDefault();
    if (busyTimer) return;
    if (!chosen(questions[current - 1])) complain(current);
    else if (current < questions.length) go(current + 1);
    else if (firstOpen()) complain(firstOpen());
    else tellSignal("No signal. We saved your answers.");
  });

  addEventListener("offline", () => tellSignal("No signal. We saved your answers."));
  addEventListener("online", () => tellSignal(""));
  addEventListener("popstate", arrive);
  addEventListener("resize", fit);
  addEventListener("pageshow", ({ persisted }) => {
    setBusy(false);
    if (!persisted) return;
    restore();
    arrive();
  });
  addEventListener("load", () => {
    document.querySelectorAll("[data-sharp]").forEach((face) => { face.src = face.dataset.sharp; });
  });
  if (document.fonts) document.fonts.ready.then(fit);

  // --- Start: at the first mistake the server found, or where the address says

  page.dataset.ready = "yes";
  questions.forEach((question, i) => { question.id = `question-${i + 1}`; }); // browsers scroll to what #1 names
  restore();
  const mistakes = questions.map((question) => !complaint(question).hidden);
  const isRefused = mistakes.includes(true) || form.querySelector(":scope > .message");
  if (isRefused) {
    const number = mistakes.indexOf(true) + 1 || questions.length;
    history.replaceState(null, "", `${form.dataset.page}#${number}`);
    show(number);
    if (mistakes.includes(true)) look(".message");
    else form.querySelector(".message").focus();
  } else show(asked());
})();
