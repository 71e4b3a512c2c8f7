// Runs before the first paint, so that nothing has to jump afterwards.
(() => {
  const page = document.documentElement;
  page.classList.add("js");
  if (/^#\d+$/.test(location.hash)) page.classList.add("asking");
  try {
    const isNew = page.dataset.reveal && !sessionStorage.getItem("met:" + page.dataset.reveal);
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isNew && !isCalm) page.classList.add("revealing");
  } catch { /* No storage, no show. */ }
  // A page whose own script did not arrive works as if there were no scripts.
  addEventListener("load", () => page.dataset.ready || page.classList.remove("js", "asking", "revealing"));
})();
