"""How long a rater waits: a browser rates faces as fast as the page lets it."""

import shutil
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, sync_playwright

from bench._server import running_site

NUM_FACES = 150
PAUSE_MS = 250
"""Between two keys: faster than people rate, slower than nothing else ever happens."""
SET_UP = f"""
import hashlib, itertools, shutil
from pathlib import Path
from django.contrib.auth.models import Group, User
from django.core.files.storage import default_storage
from faces.files import ALL_SIZES, picture_name
from faces.models import Face
rater = User.objects.create_user("bench", password="bench")
rater.groups.add(Group.objects.get(name="rater"))
shown = itertools.cycle(list(Face.objects.servable()))
for seed in range({NUM_FACES} + 20):
    face = next(shown)
    sha256 = hashlib.sha256(f"{{seed}}".encode()).hexdigest()
    for size in ALL_SIZES:
        old, new = (Path(default_storage.path(picture_name(name, size)))
                    for name in (face.picture_sha256, sha256))
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(old, new)
    Face.objects.create(
        network=face.network, seed=10**9 + seed, psi=face.psi, picture_sha256=sha256,
        drawn_on=face.drawn_on, proposed_gender=face.gender,
        proposed_age_bucket=face.age_bucket, proposed_quality=face.quality)
"""
WATCH = """
() => {
  window.waits = [];
  const stage = document.querySelector(".stage");
  let pressedAt = 0;
  addEventListener("keydown", () => { pressedAt = performance.now(); }, true);
  new MutationObserver(() => {
    const from = pressedAt;
    const image = stage.querySelector("img");
    if (!image) return;
    image.decode().then(() => requestAnimationFrame(() => setTimeout(
      () => window.waits.push(performance.now() - from))));
  }).observe(stage, { childList: true });
}
"""
TIMES = """
(path) => performance.getEntriesByType("resource")
  .filter(({ name }) => name.endsWith(path))
  .map(({ requestStart, responseStart }) => responseStart - requestStart)
"""
SERVER_TIMES = """
() => performance.getEntriesByType("resource")
  .flatMap(({ serverTiming }) => serverTiming).map(({ duration }) => duration)
"""


def rate(page: Page, count: int) -> list[list[float]]:
    """Milliseconds: in the server, for a vote, to the next face, for a bare view."""
    inside: list[float] = []
    votes: list[float] = []
    waits: list[float] = []
    bare: list[float] = []
    while len(votes) < count:
        page.goto("/panel/")
        page.get_by_role("button", name="Start").click()
        page.wait_for_load_state("networkidle")
        page.evaluate("performance.setResourceTimingBufferSize(2000)")
        page.evaluate(WATCH)
        for _ in range(39):  # the fortieth leads to another page
            for key in "w3g":
                page.wait_for_timeout(PAUSE_MS)
                page.keyboard.press(key)
            page.wait_for_timeout(PAUSE_MS)
            page.evaluate("fetch('/bare/view/')")
        page.wait_for_timeout(1000)
        waits += page.evaluate("waits")
        inside += page.evaluate(SERVER_TIMES)
        votes += page.evaluate(TIMES, "/panel/vote/")
        bare += page.evaluate(TIMES, "/bare/view/")
    return [inside, votes, waits, bare]


def percentile(values: list[float], per_cent: int) -> float:
    return statistics.quantiles(values, n=100)[per_cent - 1]


def report(what: str, values: list[float], goal: int = 0) -> None:
    line = (
        f"{what:<32}{statistics.median(values):5.0f} ms median"
        f"{percentile(values, 95):6.0f} ms p95{max(values):6.0f} ms worst of {len(values)}"
    )
    print(line + (f"   (goal: p95 at most {goal})" if goal else ""))


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        running_site(set_up=SET_UP) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(base_url=f"http://127.0.0.1:{server.port}")
        page.goto("/panel/")
        page.fill("[name=username]", "bench")
        page.fill("[name=password]", "bench")
        page.get_by_role("button", name="Sign in").click()
        inside, votes, waits, bare = rate(page, NUM_FACES - 39)
        browser.close()
    report("server time of a vote", inside, 50)
    report("a vote, as the browser sees it", votes)
    report("last key to next face shown", waits, 100)
    report("a bare view, likewise", bare)


if __name__ == "__main__":
    main()
