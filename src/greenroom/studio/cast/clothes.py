"""Clothes by their names."""

from collections.abc import Callable

from greenroom.studio.cast.casual import blouse, cardigan, hoodie, puffer, sweater, tee, track, turtleneck
from greenroom.studio.cast.draped import kurta, sari
from greenroom.studio.cast.look import Build, Outfit
from greenroom.studio.cast.paint import Brush
from greenroom.studio.cast.tailored import blazer, coat, open_suit, shirt, suit

Garment = Callable[[Brush, Outfit, Build], None]

KINDS: dict[str, Garment] = {
    one.__name__: one
    for one in (
        blazer,
        suit,
        open_suit,
        coat,
        shirt,
        sweater,
        turtleneck,
        tee,
        blouse,
        cardigan,
        hoodie,
        track,
        puffer,
        sari,
        kurta,
    )
}
SHORT_SLEEVES = frozenset(("tee", "sari"))
