import io
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont

from quiz import glyphs, ink, lettering
from quiz.artwork import backdrop, misprint_mask
from quiz.cards import CardText, compose, draw_card
from quiz.glyphs import BLACK, BOLD, DISPLAY, FALLBACKS, SEMIBOLD
from quiz.layout import LINK, LOVER, TRAINWRECK
from quiz.lettering import SMALLEST, fit, runs

EMPTY = CardText("", "", [], "")
TEXT = CardText(
    "Legend L.",
    "24 · Cancer · Originally from Vancouver",
    ["Hi!", "I have 9 macaws"],
    "lovers.example",
)
# The name is turned, so what it may cover is an upright box around its own, less the title.
NAME_BOXES = [(634, 96, 546, 130), (990, 88, 190, 8)]
TEXT_BOXES = [*NAME_BOXES, LINK.facts, LINK.bubbles, LINK.site]

HOSTILE = {
    "long name": "Wolfeschlegelsteinhausenbergerdorff" * 6,
    "emoji": "🦄 👩🏽‍🚀 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇫🇷 1️⃣ ❤️",
    "Chinese": "我有九只金刚鹦鹉，周末喜欢在公园里和它们一起跑步。",
    "Arabic": "عندي تسعة ببغاوات 😍 وقطة",
    "Hebrew": "יש לי 9 תוכים Legend ואני אוהבת לרקוד",
    "Zalgo": "Z\u0338\u0322\u031b\u0317\u0301\u0302\u0303" * 30,
    "bidi override": "\u202eLegend\u2066 L.\u202c",
    "NUL": "Leg\0end\x07",
    "markup": "<script>alert('&amp;')</script>",
    "newlines": "\n\nLegend\r\n\u2028L.\n",
    "300 letters": "x" * 300,
    "300 letters in words": "lorem ipsum " * 25,
    "lone surrogate": "\ud83d Legend",
    "unknown": "\U000e0fff\uffff\ue000 \U0001f1fa ᚠᚢ",
    "nothing to see": "\u200d\u200b\u00ad\ufe0f",
    "flags of no country": "🇪🇼🇸🇹🇵🇰🇻🇫🇧🇳🇰🇵🇭🇭" * 4,
    "marks alone": "\u0301\u0302",
}


@cache
def face() -> Image.Image:
    red, green = Image.radial_gradient("L"), Image.linear_gradient("L")
    return Image.merge("RGB", (red, green, red)).resize((630, 630))


def jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def card(text: CardText, stock=LOVER) -> Image.Image:
    return compose(LINK, stock, text, face())


def everywhere(text: str) -> CardText:
    return CardText(text, text, [text, text], text)


def outside_text(image: Image.Image) -> bytes:
    image = image.copy()
    for x, y, width, height in TEXT_BOXES:
        image.paste("black", (x, y, x + width, y + height))
    return image.tobytes()


def inks(image: Image.Image, box: tuple[int, int, int, int]) -> bytes:
    x, y, width, height = box
    return image.crop((x, y, x + width, y + height)).tobytes()


def xmp_of(data: bytes) -> ET.Element:
    start, header = 2, b"http://ns.adobe.com/xap/1.0/\0"
    while data[start : start + 2] != b"\xff\xda":
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4])
        segment = data[start + 4 : end]
        if data[start + 1] == 0xE1 and segment.startswith(header):
            return ET.fromstring(segment.removeprefix(header))
        start = end
    raise AssertionError("no XMP packet")


@pytest.fixture
def no_raqm(monkeypatch):
    kept = [
        function
        for module in [glyphs, ink, lettering]
        for function in vars(module).values()
        if hasattr(function, "cache_clear")
    ]
    for function in kept:
        function.cache_clear()
    monkeypatch.setattr(ImageFont.core, "HAVE_RAQM", False)
    monkeypatch.setattr(glyphs, "CAN_SHAPE", False)
    yield
    for function in kept:
        function.cache_clear()


@pytest.mark.parametrize("is_trainwreck", [False, True])
def test_card_is_a_jpeg_of_the_size_that_links_show(is_trainwreck):
    data = draw_card(TEXT, jpeg(face()), is_trainwreck=is_trainwreck)

    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size, image.mode) == ("JPEG", (1200, 630), "RGB")


@pytest.mark.parametrize("is_trainwreck", [False, True])
def test_card_is_small_even_when_the_photo_is_noise(is_trainwreck):
    bands = [Image.effect_noise((630, 630), 200) for _ in range(3)]

    data = draw_card(
        everywhere("W" * 300),
        jpeg(Image.merge("RGB", bands)),
        is_trainwreck=is_trainwreck,
    )

    assert len(data) < 300_000


def test_grey_photo_makes_a_card_too():
    for is_trainwreck in [False, True]:
        assert draw_card(TEXT, jpeg(face().convert("L")), is_trainwreck=is_trainwreck)


def test_card_says_to_machines_that_it_is_made_by_a_trained_network():
    xmp = xmp_of(draw_card(TEXT, jpeg(face())))

    key = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    said = [element.get(key) or element.findtext(key) for element in xmp.iter()]
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert [value for value in said if value] == [source]


@pytest.mark.parametrize("stock", [LOVER, TRAINWRECK])
def test_card_shows_portrait_name_facts_lines_and_site(stock):
    full, empty = card(TEXT, stock), card(EMPTY, stock)

    for box in [*NAME_BOXES[:1], LINK.facts, LINK.bubbles, LINK.site]:
        assert inks(full, box) != inks(empty, box)
    middle_of_photo = (200, 200, 50, 50)
    white = compose(LINK, stock, TEXT, Image.new("RGB", (630, 630), "white"))
    assert inks(full, middle_of_photo) != inks(white, middle_of_photo)


def test_trainwreck_is_a_misprint():
    lover, trainwreck = card(TEXT), card(TEXT, TRAINWRECK)

    assert lover.getpixel((1190, 300)) != trainwreck.getpixel((1190, 300))
    assert inks(lover, LINK.stamp) != inks(trainwreck, LINK.stamp)
    # To the left of the photo, its red plate shows.
    assert trainwreck.getpixel((55, 250))[0] > 240 > trainwreck.getpixel((55, 250))[1]


def test_misprint_covers_nothing_beside_its_photo():
    empty, bare = card(EMPTY, TRAINWRECK), backdrop(LINK, TRAINWRECK)

    for box in [(545, 572, 30, 20), (578, 300, 20, 200), (90, 580, 400, 20)]:
        assert inks(empty, box) == inks(bare, box)


def test_middle_of_a_misprint_has_no_frame():
    assert misprint_mask(LINK).crop((89, 97, 528, 550)).getextrema() == (0, 0)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("stock", [LOVER, TRAINWRECK])
def test_hostile_text_stays_in_its_boxes(text, stock):
    assert outside_text(card(everywhere(text), stock)) == outside_text(
        card(EMPTY, stock)
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_in_its_boxes_without_shaping(text, no_raqm):
    assert outside_text(card(everywhere(text))) == outside_text(card(EMPTY))


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.characters(), max_size=200), st.text(max_size=40), st.text(max_size=300)
)
def test_any_text_stays_in_its_boxes(name, facts, line):
    text = CardText(name, facts, [facts, line], name)

    assert outside_text(card(text)) == outside_text(card(EMPTY))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "Anne"),
        ("Åsa", "Asa"),
        ("Nguyễn", "Nguyen"),
        ("Анна", "Инна"),
        ("Ελένη", "Ελένα"),
        ("נועה", "נועם"),
        ("ليلى", "سلمى"),
        ("王小明", "王小红"),
        ("さくら", "さくや"),
        ("김민준", "김민서"),
        ("अनिता", "सुनीता"),
        ("สมชาย", "สมหญิง"),
        ("🦄", "🐙"),
        ("👩‍🚀", "👩‍🚒"),
        ("🇫🇷", "🇩🇪"),
    ],
)
def test_every_script_is_drawn_in_its_own_letters(one, other):
    first, second, empty = (card(everywhere(text)) for text in [one, other, ""])

    for box in [NAME_BOXES[0], LINK.facts, LINK.bubbles, LINK.site]:
        assert len({inks(image, box) for image in [first, second, empty]}) == 3


def test_letter_that_no_font_has_is_drawn_as_a_replacement():
    assert glyphs.spell("ᚠ", BOLD) == ("NotoSans-Bold", "\ufffd")


def test_fancy_letter_that_no_font_has_is_drawn_plain():
    assert glyphs.spell("𝓛", BOLD) == (BOLD, "L")


def test_name_with_a_letter_the_display_font_lacks_is_all_in_one_font():
    assert {font for font, _ in runs("Анна L.", BLACK)} == {BLACK}
    assert {font for font, _ in runs("Legend L.", DISPLAY)} == {DISPLAY}


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  Legend \n L.\t", "Legend L."),
        ("Leg\0end", "Legend"),
        ("\u202eLegend\u202c", "Legend"),
        ("Le\u200bgend\ufeff", "Legend"),
        ("a" + "\u0316" * 9, "a" + "\u0316" * 3),
        ("e\u0301", "é"),
        ("\ud83d", "\ufffd"),
        ("\u200d", ""),
        (" \ufe0f\u0301", ""),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_text_is_cleaned_of_what_cannot_be_seen(raw, cleaned):
    assert glyphs.clean(raw) == cleaned


@pytest.mark.parametrize(
    "cluster", ["é\u0316", "👩🏽‍🚀", "👨‍👩‍👧‍👦", "🇫🇷", "1️⃣", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "क्"]
)
def test_letters_are_not_taken_apart(cluster):
    assert glyphs.clusters(f"a{cluster}🇩🇪") == ["a", cluster, "🇩🇪"]


@pytest.mark.parametrize(
    "text", ["Maximiliana-Josephine K.", "W" * 200, "Anna Bertha Clara Dora"]
)
def test_long_name_shrinks_and_wraps_but_loses_nothing(text):
    lines, size = fit(text, DISPLAY, (523, 100), 102, 0.98, 1)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert size < 102


def test_text_is_cut_only_when_nobody_could_read_it_any_smaller():
    lines, size = fit("lorem " * 166, SEMIBOLD, (434, 80), 24, 1.25, 0.9)

    assert size == SMALLEST
    assert lines[-1].endswith("…")


def test_line_that_reads_from_the_right_is_set_from_the_right():
    assert glyphs.is_rtl("24 · שלום")
    assert not glyphs.is_rtl("Legend שלום")


def test_threads_may_draw_at_once():
    texts = [everywhere(f"Legend {number} 王 ليلى 🦄") for number in range(12)]

    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(card, texts))

    for text, image in zip(texts, drawn, strict=True):
        assert ImageChops.difference(image, card(text)).getbbox() is None


def test_every_font_has_its_licence_beside_it():
    families = {path.stem.split("-")[0] for path in glyphs.FOLDER.glob("*.ttf")}

    for family in families:
        assert (
            "SIL OPEN FONT LICENSE" in (glyphs.FOLDER / f"OFL-{family}.txt").read_text()
        )


@pytest.mark.parametrize("font", [DISPLAY, BOLD, *FALLBACKS])
def test_font_has_the_letters_its_table_promises(font):
    missing = bytes(glyphs.font_at(font, 20).getmask("\U000effff"))

    for point in sorted(glyphs.letters_of(font))[40:400:40]:
        assert bytes(glyphs.font_at(font, 20).getmask(chr(point))) != missing
