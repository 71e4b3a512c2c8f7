// The show when somebody meets their lover, and what to do when a face does not load.
(() => {
  const page = document.documentElement;
  const status = document.querySelector(".reveal [role=status]");

  function finish() {
    if (status.textContent) return;
    page.classList.remove("revealing");
    status.textContent = status.dataset.words;
  }

  function meet(code) {
    try {
      if (sessionStorage.getItem("met:" + code)) return;
      sessionStorage.setItem("met:" + code, "yes");
    } catch { /* Then they meet again and again. */ }
    setTimeout(finish, page.classList.contains("revealing") ? 2700 : 300);
    addEventListener("click", finish, { once: true });
    addEventListener("keydown", finish, { once: true });
  }

  if (status) meet(page.dataset.reveal);

  document.querySelectorAll(".photo .face").forEach((face) => {
    const giveUp = () => face.parentElement.classList.add("faceless");
    face.addEventListener("error", giveUp);
    if (face.complete && !face.naturalWidth) giveUp();
  });

  document.querySelectorAll("[data-forget]").forEach((link) => {
    link.addEventListener("click", () => {
      try {
        sessionStorage.removeItem("answers:" + link.dataset.forget);
      } catch { /* Nothing was kept. */ }
    });
  });

  document.querySelectorAll(".actions form, .report form").forEach((form) => {
    const button = form.querySelector("button");
    const words = button.textContent;
    let isBusy = false;
    form.addEventListener("submit", (event) => {
      if (isBusy) event.preventDefault();
      isBusy = true;
      button.textContent = "Looking…";
    });
    addEventListener("pageshow", () => {
      isBusy = false;
      button.textContent = words;
    });
  });

  page.dataset.ready = "yes";
})();
