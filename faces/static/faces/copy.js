// A button that copies what is in a field, or the text of any other element.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = "Copied ✓";
    } catch {
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      button.textContent = "Marked: copy it with your keyboard";
    }
  });
}
