"""Pictures: an SVG drawn as PNG, with a font of our own that has both scripts."""

from pathlib import Path

import resvg_py

FONT = Path(__file__).parent / "fonts" / "noto-sans-hk-subset.ttf"
FAMILY = "Noto Sans HK"
SHARP = 2.0  # pixels for one unit of the SVG


def png(svg: str) -> bytes:
    """*svg* as a PNG on white, twice as large as it says; the same on every machine.

    Raises ValueError where it is no SVG.
    """
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            zoom=SHARP,
            font_files=[str(FONT)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
            skip_system_fonts=True,
        )
    )
