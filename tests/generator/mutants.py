"""Damages a pickle in every way that might matter to its reader."""

import pickletools
import random

EVIL = [
    b"cposix\nsystem\n(X\x0b\x00\x00\x00touch PWNEDtR",
    b"X\x05\x00\x00\x00posixX\x06\x00\x00\x00system\x93(X\x0b\x00\x00\x00touch PWNEDtR",
    b"cbuiltins\nexec\n(X\x10\x00\x00\x00open('PWNED','w')tR",
    b"(X\x0b\x00\x00\x00touch PWNEDios\nsystem\n",
    b"ctorch._utils\n_rebuild_tensor_v2\nN}X\x07\x00\x00\x00__doc__Ns\x86b",
    b"ccollections\nOrderedDict\n)\x81}X\x09\x00\x00\x00__class__Nsb",
    b"cdnnlib.util\nEasyDict\n)\x81N}X\x01\x00\x00\x00xNs\x86b",
    b"X\x05\x00\x00\x00PWNEDQ",
    b"PPWNED\n",
    b"\x82\x01",
    b"cnumpy\ndtype\n(X\x01\x00\x00\x00OtR",
    b"c_codecs\nencode\n(X\x01\x00\x00\x00xX\x0a\x00\x00\x00idna       tR",
    b"\x96\x00\x00\x00\x00\x00\x00\x00\x7f",
    b"\x8e\x00\x00\x00\x00\x00\x00\x00\x7f",
    b"\x8b\xff\xff\xff\x7f",
    b"r\xff\xff\xff\x0f",
    b"\x95\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"}" + b")\x85\x85\x85\x85Ns",
]
SHORT = [
    bytes([code])
    for code in b"Rb\x81\x92oQ021suaet\x85\x86\x87.(]}\x8f\x90\x91\x93\x94N"
]


def mutants(data, count, seed=0):
    """The same mutants every time."""
    chance = random.Random(seed)
    frameless = without_frames(data)
    steps = [start for _, _, start in pickletools.genops(frameless)][1:]
    damage = [flip_bits, overwrite, truncate, insert, insert, replace, swap, repeat]
    for index in range(count):
        yield damage[index % len(damage)](frameless, steps, chance)


def without_frames(data):
    """The same pickle, in which steps can move without breaking a frame."""
    starts = [
        start for step, _, start in pickletools.genops(data) if step.name == "FRAME"
    ]
    for start in reversed(starts):
        data = data[:start] + data[start + 9 :]
    return data


def flip_bits(data, steps, chance):
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def overwrite(data, steps, chance):
    """Put any byte in the place of a step's code or of the byte after it."""
    changed = bytearray(data)
    changed[chance.choice(steps[:-1]) + chance.choice([0, 1])] = chance.randrange(256)
    return bytes(changed)


def truncate(data, steps, chance):
    return data[: chance.randrange(len(data))] + chance.choice([b"", b"."])


def insert(data, steps, chance):
    place = chance.choice(steps)
    return data[:place] + chance.choice(EVIL + SHORT) + data[place:]


def replace(data, steps, chance):
    first, last = span(steps, chance)
    return data[:first] + chance.choice(EVIL + SHORT) + data[last:]


def swap(data, steps, chance):
    number = chance.randrange(len(steps) - 2)
    one, two, three = steps[number : number + 3]
    return data[:one] + data[two:three] + data[one:two] + data[three:]


def repeat(data, steps, chance):
    """Copy a step to another place."""
    first, last = span(steps, chance)
    place = chance.choice(steps)
    return data[:place] + data[first:last] + data[place:]


def span(steps, chance):
    number = chance.randrange(len(steps) - 1)
    return steps[number], steps[number + 1]
