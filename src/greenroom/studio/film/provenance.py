"""
What a film says of its own making, for machines: that a program made it.

The terms are those of the IPTC's vocabulary of digital source types, https://cv.iptc.org/newscodes/digitalsourcetype/:
`algorithmicMedia`, made by an algorithm that rests on no sampled data, where all that is seen was drawn by us, and
`composite`, a mix of several elements, where something was uploaded. `trainedAlgorithmicMedia` would be untrue: no
trained model draws here.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from greenroom.domain.video import VideoSpec, sources

_TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_TOOL = "Greenroom"
STATEMENT = "Synthetic media: a presenter that was animated by a program (Greenroom), not a recording of a person."


def source_type(spec: VideoSpec) -> str:
    """The IPTC's term for a film, as the address of the term."""
    return _TERMS + ("composite" if sources(spec) else "algorithmicMedia")


def metadata(spec: VideoSpec) -> Mapping[str, str]:
    """The container's own fields; a Matroska file keeps all of them, an MP4 those that it has a place for."""
    told = {"comment": STATEMENT, "synopsis": f"DigitalSourceType={source_type(spec)}"}
    told |= {"digital_source_type": source_type(spec), "synthetic": "true"}
    return told | ({"title": spec.name} if spec.name else {})


def xmp(spec: VideoSpec) -> str:
    """The same as a packet of XMP, with the fields of the IPTC's Video Metadata."""
    title = f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{_text(spec.name)}</rdf:li></rdf:Alt></dc:title>'
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' xmp:CreatorTool="{_TOOL}" Iptc4xmpExt:DigitalSourceType="{source_type(spec)}">'
        f"{title if spec.name else ''}"
        '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{escape(STATEMENT)}</rdf:li></rdf:Alt></dc:description>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


def _text(name: str) -> str:
    # Control characters cannot stand in XML.
    return escape("".join(letter for letter in name if letter.isprintable()))
