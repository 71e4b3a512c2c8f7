// The share section becomes a sheet that slides over the page.
(() => {
  const section = document.querySelector(".sheet");
  if (!section || !window.HTMLDialogElement) return;
  const find = (selector) => section.querySelector(selector);
  const card = find(".card");
  const copy = find(".copy");
  const address = find(".address input");
  const status = find("[role=status]");
  const sharePicture = find(".share-picture");
  let file = null;

  const sheet = document.createElement("dialog");
  sheet.setAttribute("aria-labelledby", "share-title");
  section.replaceWith(sheet);
  sheet.append(section);
  find(".close").hidden = false;
  copy.parentElement.hidden = false;
  address.parentElement.hidden = true;

  function open(event) {
    event.preventDefault();
    sheet.showModal();
    fetchCard().catch(() => {});
  }

  document.querySelector("[href='#share']").addEventListener("click", open);
  find(".close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", ({ target }) => target === sheet && sheet.close());

  // Fetched when the sheet opens: apps want sharing to follow the tap at once.
  async function fetchCard() {
    if (sharePicture && !sharePicture.hidden && !file) {
      const response = await fetch(card.src);
      if (response.ok) file = new File([await response.blob()], find(".save").download, { type: "image/jpeg" });
    }
  }

  // Once a page: which lines travel is counted, and nothing else.
  section.addEventListener("click", ({ target }) => {
    if (!section.dataset.shared || !target.closest(".targets a, .targets button, .share-picture")) return;
    navigator.sendBeacon(section.dataset.shared);
    delete section.dataset.shared;
  });

  function canShare() {
    const sample = new File(["."], "lover.jpg", { type: "image/jpeg" });
    return navigator.canShare && navigator.canShare({ files: [sample] });
  }

  if (sharePicture) {
    sharePicture.hidden = !canShare();
    sharePicture.addEventListener("click", async () => {
      try {
        await fetchCard();
        await navigator.share({ files: [file] });
      } catch (error) {
        if (error.name !== "AbortError") status.textContent = "That did not work. Save the picture instead.";
      }
    });
    card.addEventListener("error", () => { card.hidden = true; });
    // Apps that open links inside themselves cannot download.
    if (/Instagram|FBA[NV]|TikTok|musical_ly|Snapchat|Line\/|Pinterest/.test(navigator.userAgent)) {
      find(".hold").hidden = false;
      find(".save").parentElement.hidden = true;
      document.querySelector(".actions [download]").addEventListener("click", open);
    }
  }

  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.value);
      copy.textContent = "Copied ✓";
      copy.classList.add("done");
      status.textContent = "Link copied.";
    } catch {
      address.parentElement.hidden = false;
      address.focus();
      address.select();
      status.textContent = "Copy the link from this field.";
    }
  });
})();
