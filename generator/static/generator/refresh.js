// Keeps a page fresh: what is marked data-live comes anew every three seconds.
(() => {
  let request = null;

  async function refresh() {
    request = new AbortController();
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(10000)]);
    const response = await fetch(location.href, { redirect: "error", signal });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) take(old, page.getElementById(old.id));
  }

  function take(old, fresh) {
    if (!fresh || old.contains(document.activeElement)) return;  // not under the reader's hands
    if (old.innerHTML === fresh.innerHTML) return;
    old.replaceChildren(...fresh.childNodes);
    if (!("live" in fresh.dataset)) delete old.dataset.live;
  }

  function say(how) {
    const note = document.querySelector("[data-live-note]");
    if (note) note.textContent = note.dataset[how];
  }

  async function tick() {
    if (request || document.hidden || !document.querySelector("[data-live]")) return;
    try {
      await refresh();
      say(document.querySelector("[data-live]") ? "fresh" : "done");
    } catch {
      say("stale");
    }
    request = null;
  }

  const timer = setInterval(tick, 3000);
  document.addEventListener("visibilitychange", tick);
  // A page that is about to be left must not take the next one's messages.
  document.addEventListener("submit", () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", tick);
    request?.abort();
  });
  if (document.querySelector("[data-live]")) say("fresh");
})();
