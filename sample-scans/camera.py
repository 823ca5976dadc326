"""What happens to a page between the printer and the file: scanners, photocopiers, folds, tears, telephones.

Pages are BGR pictures of 8 bits; every function returns a new one. Chance comes from the generator that is passed in.
"""

import cv2
import numpy as np


def noise(rng, shape, grain):
    """Smooth noise between 0 and 1 whose spots are about `grain` pixels large."""
    height, width = shape
    small = rng.random((max(2, int(height / grain) + 2), max(2, int(width / grain) + 2))).astype(np.float32)
    return np.clip(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def grey(page):
    return cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)


def _finish(values):
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def flat_scan(page, rng, angle=0.35, step=8):
    """A page on a good flatbed scanner: hardly crooked, a little soft, not quite white, in few greys."""
    image = grey(page)
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    soft = cv2.warpAffine(cv2.GaussianBlur(image, (0, 0), 0.6), turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    dusty = 24 + soft.astype(np.float32) * (248 - 24) / 255
    # The lid does not quite close on the right.
    dusty -= 26 * np.exp(-(width - np.arange(width, dtype=np.float32)) / 7)[None, :]
    for _ in range(14):
        cv2.circle(dusty, (int(rng.integers(width)), int(rng.integers(height))), int(rng.integers(0, 2)), 170.0, -1)
    return _finish(np.round(dusty / step) * step)


def tilted_scan(page, rng, angle, lid=64):
    """A page that lay crooked on the glass under a dark lid."""
    image = grey(page)
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    box = [int(height * abs(turn[0, 1]) + width * turn[0, 0]) + 60, int(width * abs(turn[0, 1]) + height * turn[0, 0]) + 60]
    turn[:, 2] += [box[0] / 2 - width / 2, box[1] / 2 - height / 2]
    paper = cv2.warpAffine(np.full_like(image, 255), turn, box, flags=cv2.INTER_AREA)
    image = cv2.warpAffine(image, turn, box, flags=cv2.INTER_CUBIC).astype(np.float32)
    cover = paper.astype(np.float32) / 255
    shadow = 1 - cv2.GaussianBlur(np.roll(cover, (8, 10), (0, 1)), (0, 0), 9) * 0.75
    ground = lid * shadow + (noise(rng, cover.shape, 3) - 0.5) * 8
    light = 0.97 - 0.06 * np.linspace(0, 1, box[0], dtype=np.float32)[None, :]
    scan = ground * (1 - cover) + (20 + image * 0.9) * light * cover
    scan = cv2.GaussianBlur(scan, (0, 0), 0.7)
    return _finish(scan + rng.normal(0, 3.0, scan.shape))


def photocopy(page, rng, dpi):
    """A copy of a copy: swollen strokes, black and white only, specks of toner and a grey streak."""
    image = cv2.GaussianBlur(grey(page), (0, 0), dpi / 170).astype(np.float32)
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -0.8, 1.0)
    image = cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    threshold = 150 + (noise(rng, image.shape, 3) - 0.5) * 70 + (noise(rng, image.shape, 500) - 0.5) * 40
    copy = np.where(image > threshold, 255, 0).astype(np.uint8)
    for _ in range(900):
        at = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(copy, at, int(rng.choice([0, 0, 0, 1, 1, 2])), 0, -1)
    for _ in range(250):
        at = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(copy, at, int(rng.choice([0, 1, 1, 2])), 255, -1)
    streak = int(width * 0.83)
    for x in range(streak, streak + 4):
        copy[rng.random(height) < 0.1, x] = 0
    copy[: int(dpi * 0.06), :][rng.random((int(dpi * 0.06), width)) < 0.6] = 0
    copy[:, : int(dpi * 0.04)][rng.random((height, int(dpi * 0.04))) < 0.7] = 0
    return copy


def fold(page, rng, across=(), down=(), dpi=200):
    """A page that was carried folded: along each crease the ink is worn off and the light changes.

    `across` are the heights, `down` the widths of the creases, in millimetres.
    """
    image = page.astype(np.float32)
    height, width = image.shape[:2]
    mm = dpi / 25.4
    for creases, axis, length in ((across, 0, width), (down, 1, height)):
        for crease in creases:
            wander = np.cumsum(rng.normal(0, 0.12, length))
            line = crease * mm + cv2.GaussianBlur(wander.astype(np.float32)[None, :], (0, 0), 15)[0]
            far = np.arange(image.shape[axis], dtype=np.float32)
            distance = far[:, None] - line[None, :] if axis == 0 else far[None, :] - line[:, None]
            shade = np.where(distance < 0, -0.20 * np.exp(distance / (9 * mm)), 0.08 * np.exp(-distance / (5 * mm)))
            image *= (1 + shade)[..., None]
            ragged = 0.35 + 0.75 * noise(rng, image.shape[:2], 4)
            worn = np.clip(1.3 - np.abs(distance) / (0.75 * mm * ragged), 0, 1)[..., None]
            image = image * (1 - worn) + 243 * worn
            groove = np.exp(-(((distance + 0.5 * mm) / (0.3 * mm)) ** 2))[..., None]
            image *= 1 - 0.16 * groove
    return _finish(image)


def tear(page, rng, start, end, dpi=200, ground=(96, 98, 100)):
    """A page whose lower corner right of the line `start`–`end` (mm) is torn off: jagged, with a rim of bare fibre."""
    mm = dpi / 25.4
    height, width = page.shape[:2]
    steps = 160
    t = np.linspace(0, 1, steps)[:, None]
    line = (np.array(start) * (1 - t) + np.array(end) * t) * mm
    walk = np.cumsum(rng.normal(0, 1, steps)) * 0.45 * mm
    walk -= np.linspace(walk[0], walk[-1], steps)
    along = (np.array(end) - np.array(start)) / np.hypot(*(np.array(end) - np.array(start)))
    line = line + (walk + rng.normal(0, 0.18 * mm, steps))[:, None] * np.array([-along[1], along[0]])
    corner = np.array([[width + 9, height + 9]])
    torn = np.zeros((height, width), np.uint8)
    edge = np.concatenate([[[line[0, 0], height + 9]], line, [[width + 9, line[-1, 1]]], corner]).astype(np.int32)
    cv2.fillPoly(torn, [edge], 255)
    rim = cv2.GaussianBlur(cv2.dilate(torn, np.ones((int(1.6 * mm),) * 2)), (0, 0), 1.5).astype(np.float32) / 255
    rim *= 0.6 + 0.4 * noise(rng, torn.shape, 5)
    gone = cv2.GaussianBlur(torn, (0, 0), 0.8).astype(np.float32)[..., None] / 255
    image = page * (1 - rim[..., None]) + 246 * rim[..., None]
    near = cv2.GaussianBlur(255 - torn, (0, 0), 2.0 * mm).astype(np.float32)[..., None] / 255
    under = np.array(ground, np.float32) * (1 - 0.75 * near)
    return _finish(image * (1 - gone) + under * gone)


def _wood(rng, width, height):
    """A table top."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = (noise(rng, (height, width), 700) - 0.5) * 260 + (noise(rng, (height, width), 160) - 0.5) * 26
    rings = 0.5 + 0.5 * np.sin((y + bend) / 17 + 2.2 * np.sin((y + bend) / 91))
    fibre = cv2.blur(rng.random((height, width)).astype(np.float32), (91, 1))
    value = 0.62 + 0.13 * rings + 1.6 * (fibre - 0.5) + 0.10 * (noise(rng, (height, width), 500) - 0.5)
    planks = ((y // (height / 3)) % 2 - 0.5) * 0.06
    seam = np.minimum(np.abs(y - height / 3), np.abs(y - 2 * height / 3))
    value = (value + planks) * (1 - 0.6 * np.exp(-((seam / 5) ** 2)))
    return value[..., None] * np.array([78, 118, 168], np.float32)


def _cloth(rng, width, height):
    """A woven table cloth."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    weave = np.sin(x * 0.9) * np.sin(y * 0.9) * 0.05
    check = 0.10 * ((x // 150) % 2 + (y // 150) % 2)
    value = 0.62 - check + weave + 0.12 * (noise(rng, (height, width), 300) - 0.5)
    return value[..., None] * np.array([150, 128, 112], np.float32)


def _metal(rng, width, height):
    """A grey desk top."""
    value = 0.62 + 0.10 * (noise(rng, (height, width), 2) - 0.5) + 0.10 * (noise(rng, (height, width), 900) - 0.5)
    return value[..., None] * np.array([196, 200, 202], np.float32)


DESKS = {"wood": _wood, "cloth": _cloth, "metal": _metal}


def _curl(page, amount):
    """Bends the paper: lines become waves, slopes catch less light."""
    height, width = page.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    phase = x / width * 2.2 + y / height * 1.3
    bent = cv2.remap(page, x + np.cos(phase * 1.7) * amount * 0.4, y + np.sin(phase * 1.9) * amount, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return bent.astype(np.float32) * (1 + 0.05 * np.cos(phase * 2.6))[..., None]


def photograph(page, rng, corners, size=(1350, 1800), desk="wood", curl=8.0, blur=0.9, grain=4.0, warmth=1.05, light=(0.2, 0.1), shade=None):
    """A telephone's picture of a page on a desk.

    `corners`: where the page's corners lie in the picture, clockwise from its top left, as shares of its sides.
    `light`: where the lamp stands, in the same measure. `shade`: the edge of somebody's shadow, as two such points.
    """
    width, height = size[0] * 2, size[1] * 2
    to = np.array(corners, np.float32) * [width, height]
    tall, wide = page.shape[:2]
    matrix = cv2.getPerspectiveTransform(np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32), to.astype(np.float32))
    paper = cv2.warpPerspective(np.clip(_curl(page, curl), 0, 255).astype(np.uint8), matrix, (width, height), flags=cv2.INTER_CUBIC)
    cover = cv2.warpPerspective(np.full((tall, wide), 255, np.uint8), matrix, (width, height), flags=cv2.INTER_LINEAR)
    paper, cover = (cv2.resize(each, size, interpolation=cv2.INTER_AREA).astype(np.float32) for each in (paper, cover))
    cover = cover / 255
    width, height = size
    ground = DESKS[desk](rng, width, height)
    for reach, depth in ((5, 0.55), (26, 0.35)):
        cast = cv2.GaussianBlur(np.roll(cover, (reach, reach), (0, 1)), (0, 0), reach)
        ground = ground * (1 - depth * cast)[..., None]
    image = ground * (1 - cover[..., None]) + paper * 0.93 * cover[..., None]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(x / width - light[0], (y / height - light[1]) * height / width)
    lamp = 1.08 / (1 + 0.34 * away**1.6)
    if shade:
        (x0, y0), (x1, y1) = shade
        side = ((x1 - x0) * (y / height - y0) - (y1 - y0) * (x / width - x0)) / np.hypot(x1 - x0, y1 - y0)
        lamp *= 1 - 0.38 / (1 + np.exp(-side * 60))
    image *= lamp[..., None]
    image *= np.array([2 - warmth, 1.0, warmth], np.float32)
    image = cv2.GaussianBlur(image, (0, 0), blur)
    image += rng.normal(0, grain, image.shape[:2])[..., None]
    image += cv2.GaussianBlur(rng.normal(0, grain * 2.2, image.shape).astype(np.float32), (0, 0), 1.6)
    return _finish(image)
