"""Drawing 1024 px faces by the default network: ours, ours compiled, and OpenVINO's.

All hold the same weights and draw the same styles in turn, in one process on the same cores.
Start-up and peak memory are measured in a process of its own for each.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from faces.files import ai_mark, encode
from generator.devices import choose_device, prepare
from generator.errors import GeneratorError
from generator.export import shrink
from generator.fetching import (
    MOBILESTYLEGAN,
    download,
    read_default_network,
    read_members,
)
from generator.latents import latents
from generator.networks import Generator, build_snapshot
from generator.sampling import to_pixels

ROUNDS, FACES_ALONE = 15, 3
BATCHES = [1, 2, 4, 8, 16, 32, 64]
Draw = Callable[[torch.Tensor], object]


def load(device: torch.device, *, compiled: bool = False) -> Generator:
    wheel = download(MOBILESTYLEGAN, lambda num_bytes: None)
    network = build_snapshot(read_default_network(wheel).snapshot)
    prepare(network, device, compiled=compiled)
    return network


def eager() -> Draw:
    return load(torch.device("cpu")).draw


def compiled() -> Draw:
    return load(torch.device("cpu"), compiled=True).draw


def openvino() -> Draw:
    from openvino import Core

    wheel = download(MOBILESTYLEGAN, lambda num_bytes: None)
    names = [f"random_face/data/SynthesisNetwork.{suffix}" for suffix in ("xml", "bin")]
    xml, weights = read_members(wheel, names)
    model = Core().read_model(model=xml, weights=weights)
    network = Core().compile_model(model, "CPU")
    return lambda w: network([w.numpy()])[0]


CONTENDERS: dict[str, Callable[[], Draw]] = {
    "ours": eager,
    "ours, compiled": compiled,
    "OpenVINO": openvino,
}


@torch.inference_mode()
def side_by_side() -> None:
    w = load(torch.device("cpu")).map(latents(range(ROUNDS + 1), 512), 0.7).clone()
    draws = {name: start() for name, start in CONTENDERS.items()}
    for draw in draws.values():
        draw(w[:1])
    cpu: dict[str, list[float]] = {name: [] for name in draws}
    wall: dict[str, list[float]] = {name: [] for name in draws}
    for i in tqdm(range(1, ROUNDS + 1), desc="Side by side", unit="round"):
        for name, draw in draws.items():
            cpu_start, start = time.process_time(), time.perf_counter()
            draw(w[i : i + 1])
            cpu[name].append(time.process_time() - cpu_start)
            wall[name].append(time.perf_counter() - start)
    print(f"{torch.get_num_threads()} threads, median of {ROUNDS} faces in turn")
    for name in draws:
        ratios = [
            ours / theirs
            for ours, theirs in zip(cpu[name], cpu["OpenVINO"], strict=True)
        ]
        print(
            f"{name:<16} {statistics.median(cpu[name]):6.3f} CPU s a face   "
            f"{1 / statistics.median(wall[name]):5.2f} faces/s   "
            f"{statistics.median(ratios):5.2f} x OpenVINO's CPU time   (goal: at most 1)"
        )


def alone(name: str) -> None:
    """Start one contender and draw; print seconds to the first face and peak MB."""
    start = time.perf_counter()
    draw = CONTENDERS[name]()
    with torch.inference_mode():
        for _ in range(FACES_ALONE):
            draw(torch.zeros(1, 512))
            if start:
                print(f"{time.perf_counter() - start:.1f}")
                start = 0
    print(peak_megabytes())


def peak_megabytes() -> int:
    """Of this process alone: getrusage() would count the parent that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def each_alone() -> None:
    print("\neach in a process of its own")
    cases = [("OpenVINO", ""), ("ours", "")]
    cases += [("ours, compiled", ", cold"), ("ours, compiled", ", warm")]
    with tempfile.TemporaryDirectory() as cache:
        for name, state in cases:
            out = subprocess.check_output(
                [sys.executable, __file__, name],
                env=os.environ | {"TORCHINDUCTOR_CACHE_DIR": cache},
                text=True,
            )
            seconds, megabytes = out.split()
            print(
                f"{name + state:<22} first face after {seconds:>5} s   peak {megabytes} MB"
            )


@torch.inference_mode()
def on_gpu() -> None:
    """Batches of 1 to 64 in half precision, then with encoding and saving beside them."""
    device = choose_device("cuda")
    print(f"\n{torch.cuda.get_device_name()}, half precision")
    network = load(device)
    for batch in BATCHES:
        w = network.map(latents(range(batch), 512).to(device), 0.7)
        network.draw(w)
        torch.cuda.reset_peak_memory_stats()
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(max(4, 128 // batch)):
            network.draw(w)
        torch.cuda.synchronize()
        rate = batch * max(4, 128 // batch) / (time.perf_counter() - start)
        peak = torch.cuda.max_memory_allocated() / 1e6
        print(f"batch {batch:>2}  {rate:7.1f} faces/s   peak {peak:7.0f} MB")
    saving(network, device)


def saving(network: Generator, device: torch.device, batch: int = 16) -> None:
    """How much of the drawing rate is left when every picture is also saved."""
    w = network.map(latents(range(batch), 512).to(device), 0.7)

    def save(pixels: np.ndarray, folder: str, i: int) -> None:
        image = shrink(Image.fromarray(pixels), 512)
        Path(folder, f"{i}.webp").write_bytes(encode(image, "webp", ai_mark()))

    rounds = 16
    start = time.perf_counter()
    for _ in range(rounds):
        network.draw(w)
    torch.cuda.synchronize()
    drawing = time.perf_counter() - start
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as threads:
        for i in range(rounds):
            for j, picture in enumerate(network.draw(w)):
                threads.submit(save, to_pixels(picture), folder, i * batch + j)
    both = time.perf_counter() - start
    print(
        f"drawn and saved: {rounds * batch / both:.1f} faces/s, "
        f"{drawing / both:.0%} of the time on drawing"
    )


def main() -> None:
    if len(sys.argv) > 1:
        alone(sys.argv[1])
        return
    try:
        side_by_side()
    except GeneratorError as error:
        print(f"Skipped: {error}")
        return
    each_alone()
    if torch.cuda.is_available():
        on_gpu()


if __name__ == "__main__":
    main()
