// What lies on a rater's desk: the form with its keys, the face on the stage, the last ten.
function makeDesk(form) {
  const rows = [...form.querySelectorAll(".row:not(.problem)")];
  const problem = form.querySelector(".problem");
  const opener = problem.querySelector(".opener");
  const more = form.querySelector(".more");
  const stage = form.querySelector(".stage");
  const strip = document.querySelector(".strip ol");
  const toasts = document.querySelector(".toasts");
  let shownAt = performance.now();
  let hiddenAt = 0;

  const chosen = (row) => row.querySelector("input:checked");
  const values = (name) => (form.elements[name] || {}).value || "";

  function isReady() {
    return Boolean(values("problem")) || rows.every(chosen) || rows.some((row) => chosen(row)?.dataset.ends === "");
  }

  function pressed() {
    const problemKey = values("problem") && problem.querySelector("input:checked");
    const ending = problemKey || rows.map(chosen).find((input) => input?.dataset.ends === "");
    const inputs = ending ? [ending] : rows.map(chosen);
    return {
      letters: problemKey ? "P" : inputs.map((input) => input.dataset.letter).join(""),
      words: inputs.map((input) => input.closest(".key").querySelector("span").textContent.toLowerCase()).join(", "),
      isVeto: Boolean(ending),
    };
  }

  function explain() {
    const open = rows.find((row) => !chosen(row));
    for (const row of rows) {
      row.querySelector(".state").textContent = chosen(row) ? "set" : "";
      row.classList.toggle("current", row === open && row !== rows[0]);
    }
  }

  function setProblem(isOpen) {
    problem.classList.toggle("open", isOpen);
    opener.setAttribute("aria-expanded", isOpen);
    problem.querySelector(".state").textContent = isOpen ? "which one? P closes" : "";
    if (isOpen) problem.scrollIntoView({ block: "nearest" });
  }

  function ballot() {
    const seconds = ((performance.now() - shownAt) / 1000).toFixed(2);
    const fields = { seconds };
    for (const name of ["gender", "age", "quality", "problem", "skin_tone", "note"]) fields[name] = values(name);
    return fields;
  }

  function show(face) {
    form.reset();
    more.open = false;
    setProblem(false);
    stage.replaceChildren(face.image);
    scrollTo(0, 0);
    explain();
    shownAt = performance.now();
    if (!isLoaded(face)) face.image.addEventListener("load", () => { shownAt = performance.now(); }, { once: true });
  }

  const isLoaded = (face) => face.image.complete && face.image.naturalWidth > 0;

  function file(face, { letters, words, isVeto }) {
    const item = document.createElement("li");
    const code = document.createElement("b");
    item.dataset.ticket = face.ticket;
    item.dataset.picture = face.picture;
    item.classList.toggle("veto", isVeto);
    code.textContent = letters;
    code.setAttribute("aria-hidden", "true");
    face.image.alt = words;
    item.append(face.image, code);
    strip.append(item);
    while (strip.children.length > 10) strip.firstElementChild.remove();
    strip.scrollLeft = strip.scrollWidth;
  }

  // Faces have moved through the strip, so the picture comes back from there as well.
  function unfile() {
    const item = strip.lastElementChild;
    const image = item.querySelector("img");
    const { ticket, picture } = item.dataset;
    if (image.getAttribute("src") !== picture) image.src = picture;
    image.alt = "AI-generated face";
    item.remove();
    return { ticket, picture, image };
  }

  function say(words, { undo, image, seconds = 5 } = {}) {
    const toast = document.createElement("p");
    toast.className = "toast";
    if (image) toast.append(Object.assign(new Image(36, 36), { src: image.src, alt: "" }));
    toast.append(words);
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Undo" });
      button.addEventListener("click", undo);
      toast.append(" ", button);
    }
    for (const old of toasts.querySelectorAll(".toast:not(.told)")) old.remove();
    toast.classList.toggle("told", Boolean(image));
    toasts.prepend(toast);
    setTimeout(() => toast.remove(), seconds * 1000);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = performance.now();
    else shownAt += performance.now() - hiddenAt;
  });
  opener.hidden = false;
  opener.addEventListener("click", () => setProblem(!problem.classList.contains("open")));
  form.addEventListener("change", explain);
  explain();

  return {
    ballot, explain, file, isLoaded, isReady, more, pressed, problem, say, setProblem, show, strip, unfile,
    inProblem: () => problem.classList.contains("open"),
  };
}
