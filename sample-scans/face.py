"""Draws faces of people who do not exist, for the photos on sample papers."""

from PIL import Image, ImageDraw, ImageFilter

SCALE = 4
WIDTH, HEIGHT = 360, 460


def _shade(colour, factor):
    return tuple(max(0, min(255, round(part * factor))) for part in colour)


def _ellipse(draw, centre, radii, fill):
    (x, y), (rx, ry) = centre, radii
    box = [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE]
    draw.ellipse(box, fill=fill)


def _polygon(draw, points, fill):
    draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)


def _soft(image, shape, colour, blur):
    """Lays a shape with soft edges over the image. `shape` draws with a pen in the ink it is given."""
    mask = Image.new("L", image.size, 0)
    shape(ImageDraw.Draw(mask), colour[3])
    image.paste(colour[:3], mask=mask.filter(ImageFilter.GaussianBlur(blur * SCALE)))


def _eyes(pen, skin, hair):
    for side in (-1, 1):
        x = 180 + side * 35
        _ellipse(pen, (x, 204), (15, 8), (240, 236, 230))
        _ellipse(pen, (x, 203.5), (7.6, 8), (64, 42, 28))
        _ellipse(pen, (x, 203.5), (3.8, 4), (12, 10, 10))
        _ellipse(pen, (x + 2.6, 201), (1.6, 1.6), (250, 250, 250))
        lid = [(x - 16) * SCALE, 194 * SCALE, (x + 16) * SCALE, 216 * SCALE]
        pen.arc(lid, 195, 345, fill=_shade(skin, 0.4), width=3 * SCALE)
        brow = [(x - 24) * SCALE, 178 * SCALE, (x + 24) * SCALE, 214 * SCALE]
        pen.arc(brow, 218, 322, fill=_shade(hair, 1.1), width=5 * SCALE)


def _mouth(pen, lips):
    _ellipse(pen, (180, 273), (25, 7.5), lips)
    _ellipse(pen, (180, 267.2), (8, 3), _shade(lips, 0.96))
    smile = [150 * SCALE, 244 * SCALE, 210 * SCALE, 275 * SCALE]
    pen.arc(smile, 38, 142, fill=_shade(lips, 0.62), width=2 * SCALE)


def draw(skin=(176, 122, 88), hair=(38, 28, 24), cloth=(62, 84, 112), scarf=None, beard=False, long_hair=False):
    """A head and shoulders, as an RGB picture of 360 × 460."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), (205, 213, 219))
    _soft(image, lambda pen, ink: _ellipse(pen, (180, 200), (190, 200), ink), (236, 240, 242, 255), 50)
    pen = ImageDraw.Draw(image)
    if scarf:
        _ellipse(pen, (180, 205), (112, 145), scarf)
        _polygon(pen, [(76, 240), (284, 240), (316, 470), (44, 470)], scarf)
    else:
        _ellipse(pen, (180, 172), (98, 112), hair)
    if long_hair:
        pen.rounded_rectangle([80 * SCALE, 160 * SCALE, 280 * SCALE, 392 * SCALE], 44 * SCALE, fill=hair)
    _ellipse(pen, (180, 474), (165, 122), cloth)
    _polygon(pen, [(146, 290), (214, 290), (220, 366), (180, 396), (140, 366)], _shade(skin, 0.86))
    if scarf:
        _ellipse(pen, (180, 360), (100, 78), _shade(scarf, 0.93))
        _polygon(pen, [(92, 350), (268, 350), (236, 452), (180, 476), (124, 452)], _shade(scarf, 0.93))
    elif not long_hair:
        for side in (-1, 1):
            _ellipse(pen, (180 + side * 85, 214), (12, 23), _shade(skin, 0.9))
    _soft(image, lambda pen, ink: _ellipse(pen, (180, 312), (56, 26), ink), (*_shade(skin, 0.5), 110), 10)
    pen = ImageDraw.Draw(image)
    _ellipse(pen, (180, 205), (83, 108), skin)
    _ellipse(pen, (180, 250), (68, 76), skin)
    if beard:
        _ellipse(pen, (180, 252), (73, 80), _shade(hair, 1.2))
        _ellipse(pen, (180, 210), (82, 50), skin)
        _ellipse(pen, (180, 226), (56, 40), skin)
    for side in (-1, 1):
        cheek = (180 + side * 40, 244)
        _soft(image, lambda pen, ink, at=cheek: _ellipse(pen, at, (18, 12), ink), (190, 84, 72, 46), 8)
    _soft(image, lambda pen, ink: _ellipse(pen, (226, 226), (30, 74), ink), (*_shade(skin, 0.62), 84), 14)
    _soft(image, lambda pen, ink: _ellipse(pen, (152, 168), (36, 30), ink), (*_shade(skin, 1.2), 90), 14)
    _soft(image, lambda pen, ink: _polygon(pen, [(181, 206), (189, 206), (198, 244), (182, 250)], ink), (*_shade(skin, 0.66), 130), 3.5)
    pen = ImageDraw.Draw(image)
    if not scarf:
        fringe = [95 * SCALE, 92 * SCALE, 265 * SCALE, 250 * SCALE]
        pen.chord(fringe, 200, 340, fill=hair)
    _eyes(pen, skin, hair)
    for side in (-1, 1):
        _ellipse(pen, (180 + side * 8.5, 246), (4, 2.3), _shade(skin, 0.52))
    if beard:
        _ellipse(pen, (180, 262), (32, 8), _shade(hair, 1.2))
    _mouth(pen, tuple((part + red) // 2 for part, red in zip(skin, (168, 70, 66))))
    return image.resize((WIDTH, HEIGHT), Image.LANCZOS)
