"""How a presenter looks: the numbers and colours that the rig is drawn from."""

from dataclasses import dataclass, field

Color = int
"""A colour as 0xRRGGBB."""


@dataclass(frozen=True, slots=True)
class Skin:
    """Colours of skin: in the light, turned away from it, in deep folds, in a highlight; where blood shows; lips."""

    base: Color
    shade: Color
    deep: Color
    light: Color
    blush: Color
    lip: Color


PORCELAIN = Skin(0xF7D7C4, 0xDFA78F, 0xA9654F, 0xFFF1E6, 0xEE8A7A, 0xCF6F6B)
FAIR = Skin(0xF2C9AE, 0xD79B7C, 0x9C5A43, 0xFFE9D8, 0xE87F6A, 0xC4645D)
ROSY = Skin(0xEFC0A6, 0xD18F74, 0x95503F, 0xFFE3D2, 0xE2705F, 0xB95A54)
WARM = Skin(0xEBBE96, 0xCB8F66, 0x8F5537, 0xFDE0C0, 0xDF7A5A, 0xBC6152)
OLIVE = Skin(0xDDAE84, 0xB97F57, 0x7E4B30, 0xF6D6B2, 0xCF6D4E, 0xA9574A)
TAN = Skin(0xC99068, 0xA0663F, 0x693B24, 0xEBBD94, 0xBD5A3E, 0x984A3F)
BROWN = Skin(0xA56B47, 0x7B472C, 0x4A2719, 0xD29C73, 0x9C4330, 0x7F3B35)
DEEP = Skin(0x7E4D34, 0x56301F, 0x311911, 0xB37F5D, 0x7D3226, 0x6B302D)
EBONY = Skin(0x5F3A29, 0x3F2318, 0x22110C, 0x97694D, 0x642A20, 0x5A2928)


@dataclass(frozen=True, slots=True)
class Face:
    """A face: sizes are factors around 1, `age` is 0 smooth to 1 deeply lined."""

    skin: Skin
    width: float = 1.0
    jaw: float = 1.0
    chin: float = 1.0
    length: float = 1.0
    eye: float = 1.0
    eye_open: float = 1.0
    eye_tilt: float = 0.0
    eye_apart: float = 1.0
    crease: float = 1.0
    iris: Color = 0x6B4226
    brow: Color = 0x4A3020
    brow_thick: float = 1.0
    brow_arch: float = 1.0
    nose: float = 1.0
    nose_length: float = 1.0
    lips: float = 1.0
    lips_wide: float = 1.0
    lip_color: Color | None = None
    lashes: float = 0.5
    shadow: Color | None = None
    age: float = 0.0
    freckles: float = 0.0
    stubble: float = 0.0
    blush: float = 1.0


@dataclass(frozen=True, slots=True)
class Hair:
    """Hair: a style by its name (`hairstyles.STYLES`), dark, middle and lit colour; a beard's style, if any."""

    style: str
    dark: Color
    middle: Color
    light: Color
    beard: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """A body: factors around 1; `chest` is how much of a bust the clothes show."""

    shoulders: float = 1.0
    neck: float = 1.0
    waist: float = 1.0
    chest: float = 0.0


@dataclass(frozen=True, slots=True)
class Outfit:
    """Clothes: a kind by its name (`clothes.KINDS`), and its colours: main, second, accent."""

    kind: str
    main: Color
    second: Color = 0xFFFFFF
    accent: Color = 0x333333


@dataclass(frozen=True, slots=True)
class Look:
    """All that a presenter is drawn from."""

    face: Face
    hair: Hair
    build: Build
    outfit: Outfit
    accessories: tuple[str, ...] = field(default=())
    ground: Color = 0xDCE6EC
    """What is behind them in a round window."""
