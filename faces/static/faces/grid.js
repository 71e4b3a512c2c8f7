// Arrow keys move between the faces; the rest is what a form does anyway.
(() => {
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  const boxes = [...grid.querySelectorAll("input")];
  const columns = () => getComputedStyle(grid).gridTemplateColumns.split(" ").length;

  grid.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() };
    const next = boxes[boxes.indexOf(event.target) + steps[event.key]];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
